#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// A peer's address in 24 octets instead of `sockaddr_storage`'s 128. IPv4-mapped IPv6 becomes IPv4.
struct PeerAddress: Sendable, Equatable {
    enum Family: UInt8 { case unix, ipv4, ipv6 }

    var family = Family.unix
    var port: UInt16 = 0
    /// In network order, as two words of memory: IPv4 in the first four octets.
    var octets: (UInt64, UInt64) = (0, 0)

    static let unix = PeerAddress()
    static let none = PeerAddress()

    static func == (a: PeerAddress, b: PeerAddress) -> Bool {
        a.family == b.family && a.port == b.port && a.octets == b.octets
    }
}

extension PeerAddress {
    init(_ address: sockaddr_storage) {
        self.init()
        unsafe withUnsafeBytes(of: address) { bytes in
            switch Int32(address.ss_family) {
            case Int32(AF_INET): self = unsafe PeerAddress(bytes.loadUnaligned(as: sockaddr_in.self))
            case Int32(AF_INET6): self = unsafe PeerAddress(bytes.loadUnaligned(as: sockaddr_in6.self))
            default: break
            }
        }
    }

    private init(_ address: sockaddr_in) {
        family = .ipv4
        port = UInt16(bigEndian: address.sin_port)
        octets.0 = UInt64(littleEndian: UInt64(UInt32(littleEndian: address.sin_addr.s_addr)))
    }

    private init(_ address: sockaddr_in6) {
        family = .ipv6
        port = UInt16(bigEndian: address.sin6_port)
        octets = unsafe withUnsafeBytes(of: address.sin6_addr) {
            unsafe ($0.loadUnaligned(as: UInt64.self), $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        }
        takeMappedIPv4()
    }

    /// ::ffff:0:0/96 of RFC 4291 §2.5.5.2.
    private mutating func takeMappedIPv4() {
        let second = UInt64(bigEndian: octets.1)
        guard octets.0 == 0, second >> 32 == 0xFFFF else { return }
        family = .ipv4
        octets = ((second << 32).bigEndian, 0)
    }
}

extension PeerAddress: CustomStringConvertible {
    /// "127.0.0.1:80", "[::1]:80" or "unix".
    var description: String {
        switch family {
        case .unix: "unix"
        case .ipv4: "\(host(Int32(AF_INET))):\(port)"
        case .ipv6: "[\(host(Int32(AF_INET6)))]:\(port)"
        }
    }

    private func host(_ family: Int32) -> String {
        unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(INET6_ADDRSTRLEN)) { text in
            let isWritten = unsafe withUnsafeBytes(of: octets) { octets in
                unsafe inet_ntop(family, octets.baseAddress, text.baseAddress, socklen_t(text.count)) != nil
            }
            return isWritten ? unsafe String(cString: text.baseAddress!) : ""
        }
    }
}
