#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif
internal import MartletEngine

/// Names of machines.
enum HostNames {
    /// The addresses to listen at for `host`; for the empty one those that mean every address.
    static func addresses(of host: String, port: UInt16) throws(CoreError) -> [SocketAddress] {
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Socket.stream
        unsafe hints.ai_family = AF_UNSPEC
        unsafe hints.ai_flags = Int32(AI_NUMERICSERV) | (host.isEmpty ? Int32(AI_PASSIVE) : 0)
        var found: UnsafeMutablePointer<addrinfo>?
        let failure = unsafe getaddrinfo(host.isEmpty ? nil : host, "\(port)", &hints, &found)
        if failure != 0 {
            let reason = unsafe String(cString: gai_strerror(failure))
            throw CoreError(
                status: .addressUnavailable, message: "cannot resolve the host \"\(host)\": \(reason)")
        }
        defer { unsafe freeaddrinfo(found) }
        return unsafe copy(found)
    }

    private static func copy(_ first: UnsafeMutablePointer<addrinfo>?) -> [SocketAddress] {
        var addresses: [SocketAddress] = []
        var next = unsafe first
        while let entry = unsafe next {
            let count = unsafe Int(entry.pointee.ai_addrlen)
            if let address = unsafe SocketAddress(entry.pointee.ai_addr, count: count) {
                addresses.append(address)
            }
            unsafe next = entry.pointee.ai_next
        }
        return addresses
    }
}
