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

    @inline(__always)
    mutating func put(_ number: Int) {
        if number >= 0, number < 10 { return put(byte: UInt8(ascii: "0") + UInt8(number)) }
        putDigits(number)
    }

    private mutating func putDigits(_ number: Int) {
        var left = number.magnitude
        if number < 0 { put(byte: UInt8(ascii: "-")) }
        let digits = Self.digits(of: left)
        for place in stride(from: digits - 1, through: 0, by: -1) {
            let quotient = left / 10
            next[place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: left &- quotient &* 10)
            left = quotient
        }
        next += digits
    }

    /// A string in quotes. RFC 8259 §7.
    mutating func put(_ text: String) {
        put(byte: UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { put($0) }
        put(byte: UInt8(ascii: "\""))
    }

    /// Eight bytes at a time as long as none of them needs an escape.
    private mutating func put(_ text: UnsafeBufferPointer<UInt8>) {
        let bytes = UnsafeRawBufferPointer(text)
        var index = 0
        while bytes.count - index >= 8 {
            let eight = bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            if Self.needsEscape(eight) { break }
            UnsafeMutableRawPointer(next).storeBytes(of: eight, as: UInt64.self)
            next += 8
            index += 8
        }
        while index < bytes.count {
            put(text: bytes[index])
            index += 1
        }
    }

    /// Whether one of the eight bytes is below 0x20, a quote or a backslash.
    private static func needsEscape(_ eight: UInt64) -> Bool {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let quote = eight ^ (ones &* UInt64(UInt8(ascii: "\"")))
        let backslash = eight ^ (ones &* UInt64(UInt8(ascii: "\\")))
        let below = (eight &- ones &* 0x20) & ~eight
        let equal = ((quote &- ones) & ~quote) | ((backslash &- ones) & ~backslash)
        return (below | equal) & (ones &* 0x80) != 0
    }

    @inline(__always)
    private mutating func put(text byte: UInt8) {
        if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
            putEscaped(byte)
        } else {
            put(byte: byte)
        }
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
