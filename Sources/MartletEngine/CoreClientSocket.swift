#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// A blocking client socket, closed when it goes. For the tests' client; it is here because the calls are unsafe.
/// One thread may send while another receives.
package final class CoreClientSocket: Sendable {
    private let descriptor: Int32

    private init(adopting descriptor: Int32, timeoutSeconds: Int) {
        self.descriptor = descriptor
        var timeout = timeval()
        timeout.tv_sec = numericCast(timeoutSeconds)
        let size = socklen_t(MemoryLayout<timeval>.size)
        _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, size)
        _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &timeout, size)
        #if canImport(Darwin)
            var isOn: Int32 = 1
            _ = unsafe setsockopt(
                descriptor, SOL_SOCKET, SO_NOSIGPIPE, &isOn, socklen_t(MemoryLayout<Int32>.size))
        #endif
    }

    deinit { _ = close(descriptor) }

    /// Connects to an address of this machine or another; no call takes longer than the timeout.
    package convenience init(host: String, port: UInt16, timeoutSeconds: Int) throws(CoreError) {
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Self.stream
        var found: UnsafeMutablePointer<addrinfo>?
        guard unsafe getaddrinfo(host, "\(port)", &hints, &found) == 0, let address = unsafe found else {
            throw CoreError(status: .addressUnavailable, message: "\(host): no such address")
        }
        defer { unsafe freeaddrinfo(address) }
        let family = unsafe address.pointee.ai_family
        self.init(adopting: socket(family, Self.stream, 0), timeoutSeconds: timeoutSeconds)
        try unsafe reach(unsafe address.pointee.ai_addr, unsafe address.pointee.ai_addrlen)
    }

    /// Connects to a unix socket.
    package convenience init(path: String, timeoutSeconds: Int) throws(CoreError) {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let isShort = unsafe withUnsafeMutableBytes(of: &address.sun_path) { room in
            unsafe room.copyBytes(from: path.utf8.prefix(room.count - 1))
            return path.utf8.count < room.count
        }
        guard isShort else { throw CoreError(status: .invalidArgument, message: "\(path): too long") }
        self.init(adopting: socket(AF_UNIX, Self.stream, 0), timeoutSeconds: timeoutSeconds)
        let size = socklen_t(MemoryLayout<sockaddr_un>.size)
        let outcome = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                Result { () throws(CoreError) in try unsafe reach(unsafe pointer, size) }
            }
        }
        try outcome.get()
    }

    /// Sends all of `bytes`.
    package func send(_ bytes: Span<UInt8>) throws(CoreError) {
        var sent = 0
        while sent < bytes.count {
            let rest = bytes.extracting(sent..<bytes.count)
            let count = unsafe rest.withUnsafeBytes {
                unsafe sendto(descriptor, $0.baseAddress, $0.count, Self.withoutSignal, nil, 0)
            }
            if count < 0 && errno == EINTR { continue }
            if count < 0 { throw failure("send") }
            sent += count
        }
    }

    /// What has arrived, at most `capacity` bytes, waited for when there is nothing; empty at the end.
    package func receive(capacity: Int) throws(CoreError) -> [UInt8] {
        while true {
            var count = 0
            let bytes = unsafe [UInt8](unsafeUninitializedCapacity: capacity) { buffer, used in
                count = unsafe recv(descriptor, buffer.baseAddress, buffer.count, 0)
                used = max(count, 0)
            }
            if count >= 0 { return bytes }
            if errno != EINTR { throw failure("receive") }
        }
    }

    /// Says that nothing more will be sent.
    package func finishSending() { _ = shutdown(descriptor, numericCast(SHUT_WR)) }

    /// Ends both directions, which wakes whoever sends or receives.
    package func finish() { _ = shutdown(descriptor, numericCast(SHUT_RDWR)) }

    private func reach(_ address: UnsafePointer<sockaddr>, _ size: socklen_t) throws(CoreError) {
        if unsafe connect(descriptor, address, size) != 0 { throw failure("connect") }
    }

    private func failure(_ call: String) -> CoreError {
        let number = errno
        let isLate = number == EAGAIN || number == EWOULDBLOCK
        let reason = unsafe String(cString: strerror(number))
        return CoreError(
            status: isLate ? .timeout : .system, systemErrorNumber: number, message: "\(call): \(reason)")
    }
}

// What systems spell differently.
extension CoreClientSocket {
    #if canImport(Glibc)
        private static let stream = Int32(SOCK_STREAM.rawValue)
    #else
        private static let stream = SOCK_STREAM
    #endif

    #if canImport(Darwin)
        private static let withoutSignal: Int32 = 0
    #else
        private static let withoutSignal = Int32(MSG_NOSIGNAL)
    #endif
}
