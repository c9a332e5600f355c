internal import MartletEngine

/// An address that is listened on: one socket, or one for each reactor where the system spreads connections over them.
struct Endpoint: Sendable {
    /// What the kernel holds for a peer that does not read: as much as is sent to one connection in its turn.
    private static let unsentBytes: Int32 = 131_072

    /// Those that no listener owns yet.
    private(set) var sockets: [Int32] = []
    /// As text.
    private(set) var address = ""
    private(set) var port: UInt16 = 0
    private var file: SocketFile?

    /// Closes the sockets that no listener owns, and removes the socket's file unless somebody else still listens there:
    /// then the next call may.
    mutating func close() {
        for socket in takeSockets() { Socket.close(socket) }
        if let file, file.remove() { self.file = nil }
    }

    /// The sockets, whose owner is the caller from here on.
    mutating func takeSockets() -> [Int32] {
        defer { sockets = [] }
        return sockets
    }

    /// Takes address and port from the first socket.
    private mutating func describe() {
        guard let first = sockets.first, let bound = Socket.ownAddress(first) else { return }
        var shown = PeerAddress(bound.storage)
        if Socket.Family(bound.family) == .ipv6 {
            // As it was asked for, also where IPv6 stands for IPv4.
            shown = PeerAddress(family: .ipv6, port: bound.port, octets: bound.ipv6Octets)
        }
        port = shown.port
        address = "\(shown)"
    }
}

// MARK: - TCP

extension Endpoint {
    /// Listens on a host and port with `count` sockets.
    static func tcp(host: String, port: UInt16, count: Int, backlog: Int32) throws(CoreError) -> Endpoint {
        let octets = host.utf8.count
        if octets > 255 || host.utf8.contains(0) {
            throw CoreError(
                status: .invalidArgument,
                message: "the host name has \(octets) bytes or a NUL; allowed is 0 to 255")
        }
        let found = try HostNames.addresses(of: host, port: port)
        let place = "cannot listen on \(host.isEmpty ? "every address," : host) port \(port)"
        var failure = CoreError(errno: Socket.addressNotAvailable, place)
        // Every address means IPv6, which takes IPv4 too; so that goes first where both are offered.
        let families: [Socket.Family] = host.isEmpty ? [.ipv6, .ipv4] : [.ipv4, .ipv6]
        for family in families {
            for address in found where Socket.Family(address.family) == family {
                do throws(CoreError) {
                    let opening = Opening(
                        place: place, backlog: backlog, takesBoth: host.isEmpty, isShared: count > 1)
                    return try Endpoint(address, count: count, opening)
                } catch {
                    failure = error
                }
                if failure.status == .addressInUse || failure.systemErrorNumber == Socket.accessDenied {
                    throw failure
                }
            }
        }
        throw failure
    }

    /// How the sockets of one endpoint are made.
    private struct Opening {
        /// The sentence for a failure.
        let place: String
        let backlog: Int32
        /// IPv6 takes IPv4 too.
        let takesBoth: Bool
        let isShared: Bool
    }

    private init(_ address: SocketAddress, count: Int, _ opening: Opening) throws(CoreError) {
        var address = address
        do throws(CoreError) {
            sockets.append(try Self.open(address, opening, isFirst: true))
            describe()
            address.port = port
            for _ in 1..<count { sockets.append(try Self.open(address, opening, isFirst: false)) }
        } catch {
            close()
            throw error
        }
    }

    /// One bound and listening socket. The first of an endpoint is bound without SO_REUSEPORT, so that a port in use is an
    /// error even when its owner would share it; after that it may be shared with the endpoint's other sockets.
    private static func open(
        _ address: SocketAddress, _ opening: Opening, isFirst: Bool
    ) throws(CoreError) -> Int32 {
        let family = Socket.Family(address.family) ?? .ipv4
        let socket = Socket.open(family)
        let isListening =
            socket >= 0 && Socket.set(socket, .reuseAddress) && Socket.tune(socket, unsentBytes: unsentBytes)
            && (family != .ipv6 || Socket.set(socket, .onlyIPv6(!opening.takesBoth)))
            && (isFirst || Socket.set(socket, .reusePort))
            && Socket.bind(socket, address)
            && (!isFirst || !opening.isShared || Socket.set(socket, .reusePort))
            && Socket.listen(socket, backlog: opening.backlog)
        if isListening { return socket }
        let failure = CoreError(errno: Socket.lastError, opening.place)
        if socket >= 0 { Socket.close(socket) }
        throw failure
    }
}

// MARK: - Unix sockets

extension Endpoint {
    /// Listens on a unix socket, whose file gets the permission bits `mode` (0: what the umask leaves).
    static func unix(path: String, mode: UInt32, backlog: Int32) throws(CoreError) -> Endpoint {
        guard let address = SocketAddress(unixPath: path) else {
            throw CoreError(
                status: .invalidArgument,
                message: """
                    the socket path has \(path.utf8.count) bytes or a NUL; allowed is 1 to \
                    \(SocketAddress.longestUnixPath)
                    """)
        }
        if mode > 0o777 {
            throw CoreError(
                status: .invalidArgument,
                message: "the socket mode is 0\(String(mode, radix: 8)); allowed is 0 to 0777")
        }
        return try Endpoint(unix: address, path, mode, backlog)
    }

    private init(unix address: SocketAddress, _ path: String, _ mode: UInt32, _ backlog: Int32)
        throws(CoreError)
    {
        self.address = "unix:\(path)"
        if open(address, path, mode, backlog) { return }
        let failure = CoreError(errno: Socket.lastError, "cannot listen on unix:\(path)")
        close()
        throw failure
    }

    /// False with the reason as the system's last error.
    private mutating func open(_ address: SocketAddress, _ path: String, _ mode: UInt32, _ backlog: Int32)
        -> Bool
    {
        let socket = Socket.open(.unix)
        if socket < 0 { return false }
        sockets.append(socket)
        SocketFile.removeStale(path)
        if !Socket.bind(socket, address) { return false }
        file = SocketFile(at: path)
        return file != nil && (mode == 0 || SocketFile.setMode(path, mode))
            && Socket.listen(socket, backlog: backlog)
    }
}

// MARK: - Inherited descriptors

extension Endpoint {
    /// Listens on a socket that is bound and listening already. It is closed also on failure.
    static func inherited(_ descriptor: Int32) throws(CoreError) -> Endpoint {
        do throws(CoreError) {
            try check(descriptor)
        } catch {
            if descriptor >= 0 { Socket.close(descriptor) }
            throw error
        }
        var endpoint = Endpoint()
        _ = Socket.tune(descriptor, unsentBytes: unsentBytes)  // fails on a unix socket, which has no delay
        endpoint.sockets.append(descriptor)
        endpoint.describe()
        return endpoint
    }

    private static func check(_ descriptor: Int32) throws(CoreError) {
        guard Socket.isListeningStream(descriptor) else {
            throw CoreError(
                status: .invalidArgument, message: "descriptor \(descriptor) is no listening stream socket")
        }
        if !Socket.adopt(descriptor) {
            throw CoreError(errno: Socket.lastError, "cannot adopt descriptor \(descriptor)")
        }
    }
}
