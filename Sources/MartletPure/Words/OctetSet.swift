/// A set of ASCII characters, a bit for each.
struct OctetSet: Sendable {
    private let low: UInt64
    private let high: UInt64

    /// `low`: the characters below 0x40; `high`: those from there.
    init(low: UInt64, high: UInt64) {
        self.low = low
        self.high = high
    }

    @inline(__always)
    func contains(_ octet: UInt8) -> Bool {
        let half = octet & 0x40 == 0 ? low : high
        return octet < 0x80 && half >> UInt64(octet & 0x3f) & 1 != 0
    }
}

extension OctetSet {
    /// tchar: "!" / "#" / "$" / "%" / "&" / "'" / "*" / "+" / "-" / "." / "^" / "_" / "`" / "|" / "~" / DIGIT / ALPHA.
    /// RFC 9110 §5.6.2.
    static let token = OctetSet(low: 0x03ff_6cfa_0000_0000, high: 0x57ff_ffff_c7ff_fffe)
}
