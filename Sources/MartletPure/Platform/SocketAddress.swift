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
