/// Lays JSON down in memory that its maker knows to be large enough.
struct JSONWriter: ~Copyable {
    /// What one byte of text may become: `\u00XX`.
    static let mostBytesPerByte = 6

    private let start: UnsafeMutablePointer<UInt8>
    private var next: UnsafeMutablePointer<UInt8>

    init(into memory: UnsafeMutablePointer<UInt8>) {
        start = memory
        next = memory
    }

    var count: Int { next - start }

    /// JSON as it is: punctuation, keys.
    @inline(__always)
    mutating func lay(_ json: StaticString) {
        next.update(from: json.utf8Start, count: json.utf8CodeUnitCount)
        next += json.utf8CodeUnitCount
    }

    @inline(__always)
    mutating func put(_ value: Bool) { value ? lay("true") : lay("false") }

    mutating func put(_ number: Int) {
        var left = number.magnitude
        if number < 0 { put(byte: UInt8(ascii: "-")) }
        let digits = Self.digits(of: left)
        for place in stride(from: digits - 1, through: 0, by: -1) {
            let (quotient, digit) = left.quotientAndRemainder(dividingBy: 10)
            next[place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: digit)
            left = quotient
        }
        next += digits
    }

    /// A string in quotes. RFC 8259 §7.
    mutating func put(_ text: String) {
        put(byte: UInt8(ascii: "\""))
        for byte in text.utf8 {
            if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
                putEscaped(byte)
            } else {
                put(byte: byte)
            }
        }
        put(byte: UInt8(ascii: "\""))
    }

    @inline(__always)
    private mutating func put(byte: UInt8) {
        next.pointee = byte
        next += 1
    }

    @inline(never)
    private mutating func putEscaped(_ byte: UInt8) {
        guard byte < 0x20 else {
            put(byte: UInt8(ascii: "\\"))
            return put(byte: byte)
        }
        lay(#"\u00"#)
        put(byte: byte < 0x10 ? UInt8(ascii: "0") : UInt8(ascii: "1"))
        let low = byte & 0xF
        put(byte: low < 10 ? UInt8(ascii: "0") + low : UInt8(ascii: "a") + low - 10)
    }

    private static func digits(of number: UInt) -> Int {
        var digits = 1
        var bound: UInt = 10
        while digits < 19, number >= bound {
            digits += 1
            bound *= 10
        }
        return number >= bound && digits == 19 ? 20 : digits
    }
}
