#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

// Making sockets that listen.
extension Socket {
    /// Whether several sockets that listen on one port share its connections, as Linux means SO_REUSEPORT.
    static var balancesListeners: Bool {
        #if os(Linux) || os(Android)
            true
        #else
            false
        #endif
    }

    enum Family {
        case unix, ipv4, ipv6

        init?(_ number: Int32) {
            switch number {
            case AF_UNIX: self = .unix
            case AF_INET: self = .ipv4
            case AF_INET6: self = .ipv6
            default: return nil
            }
        }

        var number: Int32 {
            switch self {
            case .unix: AF_UNIX
            case .ipv4: AF_INET
            case .ipv6: AF_INET6
            }
        }
    }

    /// A stream socket.
    static func open(_ family: Family) -> Int32 {
        #if os(Linux) || os(Android)
            return socket(family.number, stream | Linux.nonBlocking | Linux.closeOnExec, 0)
        #else
            return prepare(socket(family.number, stream, 0))
        #endif
    }

    /// What differs between the sockets that share an endpoint.
    enum Option {
        case reuseAddress, reusePort, onlyIPv6(Bool)
    }

    static func set(_ socket: Int32, _ option: Option) -> Bool {
        switch option {
        case .reuseAddress: set(socket, SOL_SOCKET, SO_REUSEADDR, 1)
        case .reusePort: set(socket, SOL_SOCKET, SO_REUSEPORT, 1)
        case .onlyIPv6(let isOnly): set(socket, Int32(IPPROTO_IPV6), IPV6_V6ONLY, isOnly ? 1 : 0)
        }
    }

    /// Sets what accepted sockets inherit, with no call for each of them: that nothing is delayed, and that the kernel takes
    /// no more than about `unsentBytes` that its TCP connection cannot send yet. A peer that does not read holds little
    /// then, and what it takes is seen soon.
    static func tune(_ socket: Int32, unsentBytes: Int32) -> Bool {
        _ = set(socket, Int32(IPPROTO_TCP), notSentLimit, unsentBytes)
        return set(socket, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
    }

    static func bind(_ socket: Int32, _ address: SocketAddress) -> Bool {
        unsafe address.withAddress { unsafe bindSocket(socket, $0, $1) }
    }

    static func listen(_ socket: Int32, backlog: Int32) -> Bool { listenOn(socket, backlog) }

    /// Whether somebody refuses connections there, rather than accepts them, has no room for one or is not to be found out
    /// about.
    static func isRefused(_ address: SocketAddress) -> Bool {
        guard let family = Family(address.family) else { return false }
        let probe = open(family)
        if probe < 0 { return false }
        defer { close(probe) }
        return unsafe address.withAddress { unsafe !connectSocket(probe, $0, $1) } && errno == ECONNREFUSED
    }

    /// Makes somebody else's socket non-blocking and close-on-exec.
    static func adopt(_ socket: Int32) -> Bool {
        let status = fcntl(socket, F_GETFL)
        if status < 0 || fcntl(socket, F_SETFL, status | O_NONBLOCK) < 0 { return false }
        let flags = fcntl(socket, F_GETFD)
        return flags >= 0 && fcntl(socket, F_SETFD, flags | FD_CLOEXEC) >= 0
    }

    static func isListeningStream(_ socket: Int32) -> Bool {
        get(socket, SO_TYPE) == stream && (get(socket, SO_ACCEPTCONN) ?? 0) != 0
    }

    /// Where it is bound.
    static func ownAddress(_ socket: Int32) -> SocketAddress? {
        var address = SocketAddress()
        let outcome = unsafe address.withMutableAddress { unsafe getsockname(socket, $0, $1) }
        return outcome == 0 ? address : nil
    }

    /// Why the last call failed.
    static var lastError: Int32 { errno }
    static let accessDenied = EACCES
    static let addressNotAvailable = EADDRNOTAVAIL

    /// What a fresh socket of systems without flags for it lacks; closes it when that fails.
    static func prepare(_ socket: Int32) -> Int32 {
        #if canImport(Darwin)
            if socket < 0 { return socket }
            guard adopt(socket) else {
                let reason = errno
                close(socket)
                errno = reason
                return -1
            }
            // Fails on a connection that its peer has reset already; the first write tells.
            _ = set(socket, SOL_SOCKET, SO_NOSIGPIPE, 1)
        #endif
        return socket
    }

    private static func set(_ socket: Int32, _ level: Int32, _ option: Int32, _ value: Int32) -> Bool {
        var value = value
        return unsafe setsockopt(socket, level, option, &value, socklen_t(MemoryLayout<Int32>.size)) == 0
    }

    private static func get(_ socket: Int32, _ option: Int32) -> Int32? {
        var value: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        return unsafe getsockopt(socket, SOL_SOCKET, option, &value, &size) == 0 ? value : nil
    }

    #if canImport(Glibc)
        static let stream = Int32(SOCK_STREAM.rawValue)
    #else
        static let stream = SOCK_STREAM
    #endif

    #if canImport(Darwin)
        private static let notSentLimit = TCP_NOTSENT_LOWAT
    #else
        private static let notSentLimit: Int32 = 25  // TCP_NOTSENT_LOWAT
    #endif
}

// The names are taken in there.
private func bindSocket(_ socket: Int32, _ address: UnsafePointer<sockaddr>, _ size: socklen_t) -> Bool {
    unsafe bind(socket, address, size) == 0
}

private func connectSocket(_ socket: Int32, _ address: UnsafePointer<sockaddr>, _ size: socklen_t) -> Bool {
    unsafe connect(socket, address, size) == 0
}

private func listenOn(_ socket: Int32, _ backlog: Int32) -> Bool { listen(socket, backlog) == 0 }
