/// How a body is compressed.
public enum ContentCoding: Sendable {
    case brotli
    case gzip

    /// Its name in Content-Encoding.
    public var name: String {
        switch self {
        case .brotli: "br"
        case .gzip: "gzip"
        }
    }

    /// What a compressed sibling of a file has behind the file's name.
    public var fileSuffix: String {
        switch self {
        case .brotli: ".br"
        case .gzip: ".gz"
        }
    }
}

/// What an Accept-Encoding field allows. RFC 9110 §12.5.3.
public struct AcceptedCodings: Sendable {
    private var brotli: Weight?
    private var gzip: Weight?
    private var others: Weight?

    /// In thousandths.
    private typealias Weight = Int

    /// Of a request without the field: the body as it is.
    public init() {}

    /// Of the field's value.
    public init(_ value: Span<UInt8>) {
        var start = 0
        while start < value.count {
            var end = start
            while end < value.count, value[end] != UInt8(ascii: ",") { end += 1 }
            note(value, start, end)
            start = end + 1
        }
    }

    /// The coding with the greater weight above 0; of two that weigh the same, brotli.
    public var preferred: ContentCoding? { ordered.first }

    /// Those that are allowed, the preferred one first.
    public var ordered: [ContentCoding] {
        let brotli = brotli ?? others ?? 0
        let gzip = gzip ?? others ?? 0
        let both: [ContentCoding] = gzip > brotli ? [.gzip, .brotli] : [.brotli, .gzip]
        return both.filter { ($0 == .gzip ? gzip : brotli) > 0 }
    }

    private mutating func note(_ value: Span<UInt8>, _ start: Int, _ end: Int) {
        var first = start
        while first < end, value[first] == 0x20 || value[first] == 0x09 { first += 1 }
        var last = first
        while last < end, !isEndOfToken(value[last]) { last += 1 }
        let weight = Self.weight(value, last, end)
        switch (last - first, first < end ? value[first] | 0x20 : 0) {
        case (2, UInt8(ascii: "b")) where value[first + 1] | 0x20 == UInt8(ascii: "r"): brotli = weight
        case (4, UInt8(ascii: "g")) where Self.isZip(value, first + 1): gzip = weight
        case (1, _) where value[first] == UInt8(ascii: "*"): others = weight
        default: break
        }
    }

    private func isEndOfToken(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ";") || byte == 0x20 || byte == 0x09
    }

    private static func isZip(_ value: Span<UInt8>, _ start: Int) -> Bool {
        value[start] | 0x20 == UInt8(ascii: "z") && value[start + 1] | 0x20 == UInt8(ascii: "i")
            && value[start + 2] | 0x20 == UInt8(ascii: "p")
    }

    /// Of `;q=0.8`, 800; 1000 where nothing is said. RFC 9110 §12.4.2.
    private static func weight(_ value: Span<UInt8>, _ start: Int, _ end: Int) -> Weight {
        var index = start
        while index < end, value[index] | 0x20 != UInt8(ascii: "q") { index += 1 }
        guard end - index > 2, value[index + 1] == UInt8(ascii: "=") else { return 1000 }
        var weight = 0
        var unit = 1000
        index += 2
        while index < end, unit > 0 {
            let digit = value[index] &- UInt8(ascii: "0")
            if digit <= 9 {
                weight += Int(digit) * unit
                unit /= 10
            } else if value[index] != UInt8(ascii: ".") {
                break
            }
            index += 1
        }
        return min(weight, 1000)
    }
}
