/// Decoding of `application/x-www-form-urlencoded` text, as queries use it.
enum PercentDecoding {
    static func string(_ bytes: Span<UInt8>) -> String {
        var isPlain = true
        for index in bytes.indices
        where bytes[index] == UInt8(ascii: "%") || bytes[index] == UInt8(ascii: "+") {
            isPlain = false
        }
        return isPlain ? String(decoding: bytes) : String(decoding: decoded(bytes), as: UTF8.self)
    }

    private static func decoded(_ bytes: Span<UInt8>) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "%"), let byte = pair(bytes, after: index) {
                output.append(byte)
                index += 3
            } else {
                output.append(bytes[index] == UInt8(ascii: "+") ? UInt8(ascii: " ") : bytes[index])
                index += 1
            }
        }
        return output
    }

    private static func pair(_ bytes: Span<UInt8>, after index: Int) -> UInt8? {
        guard bytes.count - index > 2, let high = digit(bytes[index + 1]), let low = digit(bytes[index + 2])
        else { return nil }
        return high << 4 | low
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
