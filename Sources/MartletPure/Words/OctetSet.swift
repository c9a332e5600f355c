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

// RFC 3986, but for "%", which has to begin an escape.
extension OctetSet {
    /// reg-name: RFC 3986 §3.2.2.
    static let host = OctetSet(low: 0x2bff_7fd2_0000_0000, high: 0x47ff_fffe_87ff_fffe)
    /// pchar and "/": RFC 3986 §3.3.
    static let path = OctetSet(low: 0x2fff_ffd2_0000_0000, high: 0x47ff_fffe_87ff_ffff)
    /// What a path may hold, "?", and what browsers leave as it is: [ ] { } | \ ^ `
    static let query = OctetSet(low: 0xafff_ffd2_0000_0000, high: 0x7fff_ffff_ffff_ffff)
    /// What stands between the brackets of an IPv6 address.
    static let ipv6 = OctetSet(low: 0x07ff_4000_0000_0000, high: 0x0000_007e_0000_007e)
}
