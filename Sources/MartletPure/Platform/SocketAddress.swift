#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// An address of any family, as the system's calls want it.
struct SocketAddress {
    var storage = sockaddr_storage()
    private(set) var count = socklen_t(MemoryLayout<sockaddr_storage>.size)

    /// Room for one.
    init() {}

    /// Copies `count` octets of `address`; nil when they are too many.
    init?(_ address: UnsafePointer<sockaddr>, count: Int) {
        guard count <= MemoryLayout<sockaddr_storage>.size else { return nil }
        let source = unsafe UnsafeRawBufferPointer(start: address, count: count)
        unsafe withUnsafeMutableBytes(of: &storage) { unsafe $0.copyMemory(from: source) }
        self.count = socklen_t(count)
    }

    var family: Int32 { Int32(storage.ss_family) }

    /// Of a unix socket at `path`; nil when that is empty, too long or holds a NUL.
    init?(unixPath path: String) {
        let octets = path.utf8.count
        guard 1...Self.longestUnixPath ~= octets, !path.utf8.contains(0) else { return nil }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8) }
        unsafe withUnsafeMutableBytes(of: &storage) { storage in
            unsafe withUnsafeBytes(of: address) { unsafe storage.copyMemory(from: $0) }
        }
        count = socklen_t(MemoryLayout<sockaddr_un>.size)
    }

    /// With its NUL it fills the room there is.
    static let longestUnixPath = MemoryLayout.size(ofValue: sockaddr_un().sun_path) - 1

    /// Of IPv4 and IPv6, whose port is at one place.
    var port: UInt16 {
        get {
            unsafe withUnsafeBytes(of: storage) {
                UInt16(bigEndian: unsafe $0.loadUnaligned(fromByteOffset: Self.portOffset, as: UInt16.self))
            }
        }
        set {
            unsafe withUnsafeMutableBytes(of: &storage) {
                unsafe $0.storeBytes(of: newValue.bigEndian, toByteOffset: Self.portOffset, as: UInt16.self)
            }
        }
    }

    private static let portOffset = 2

    /// The address proper of IPv6, as two words of memory.
    var ipv6Octets: (UInt64, UInt64) {
        let offset = MemoryLayout<sockaddr_in6>.offset(of: \.sin6_addr) ?? 0
        return unsafe withUnsafeBytes(of: storage) { bytes in
            unsafe (
                bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self),
                bytes.loadUnaligned(fromByteOffset: offset + 8, as: UInt64.self)
            )
        }
    }

    /// Lends it to a call that reads it.
    func withAddress<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        unsafe withUnsafeBytes(of: storage) { bytes in
            unsafe body(bytes.baseAddress!.assumingMemoryBound(to: sockaddr.self), count)
        }
    }

    /// Lends it to a call that fills it in.
    mutating func withMutableAddress<Result>(
        _ body: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Result
    ) -> Result {
        var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let result = unsafe withUnsafeMutableBytes(of: &storage) { bytes in
            unsafe body(bytes.baseAddress!.assumingMemoryBound(to: sockaddr.self), &size)
        }
        count = min(size, socklen_t(MemoryLayout<sockaddr_storage>.size))
        return result
    }
}
