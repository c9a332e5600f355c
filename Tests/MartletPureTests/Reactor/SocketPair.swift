#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif
import Testing

@testable import MartletPure

/// Two sockets that are connected to each other.
final class SocketPair: Sendable {
    /// The end that a test watches.
    let near: Int32
    let far: Int32

    init() throws {
        var ends: [Int32] = [-1, -1]
        #if canImport(Glibc)
            let stream = Int32(SOCK_STREAM.rawValue)
        #else
            let stream = SOCK_STREAM
        #endif
        try #require(unsafe socketpair(AF_UNIX, stream, 0, &ends) == 0)
        (near, far) = (ends[0], ends[1])
        try #require(Socket.adopt(near) && Socket.adopt(far))
    }

    deinit {
        Socket.close(near)
        Socket.close(far)
    }

    func say(_ text: StaticString = "x ", from end: Int32? = nil) {
        let octets = unsafe UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
        _ = unsafe Socket.send(end ?? far, octets, moreFollows: false)
    }

    /// What has arrived at the near end.
    func hear() -> String {
        let octets = unsafe [UInt8](unsafeUninitializedCapacity: 4096) { room, count in
            count = unsafe max(0, Socket.receive(near, into: UnsafeMutableRawBufferPointer(room)))
        }
        return String(decoding: octets, as: UTF8.self)
    }
}

/// How many descriptors the process has open.
func openDescriptors() -> Int {
    (0..<Int32(1024)).count { fcntl($0, F_GETFD) >= 0 }
}
