#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif
import MartletEngine
import Testing

@testable import MartletPure

@Suite(.timeLimit(.minutes(1))) struct EndpointTests {
    let stage: ServerStage
    let folder: TemporaryFolder

    init() throws {
        stage = try ServerStage { $0.reactors = 2 }
        folder = try TemporaryFolder()
    }

    private func refusal(_ listen: () throws -> Void) -> CoreError? {
        #expect(throws: CoreError.self, performing: listen)
    }

    private func greets(_ client: CoreClientSocket) throws -> Bool {
        try client.ask("/hello", "Connection: close\r\n")
        return try client.hear().hasSuffix("hello")
    }

    // MARK: TCP

    @Test(arguments: ["127.0.0.1", "::1"])
    func `listens on an address, and tells the port`(host: String) throws {
        try stage.server.listen(host: host, port: 0)
        try stage.server.start()
        let port = stage.server.port(at: 0)
        #expect(port > 0)
        #expect(stage.server.address(at: 0) == (host == "::1" ? "[::1]:\(port)" : "127.0.0.1:\(port)"))
        #expect(try greets(CoreClientSocket(host: host, port: port, timeoutSeconds: 10)))
        try stage.server.stop()
        #expect(stage.server.port(at: 0) == port, "addresses can still be asked for")
    }

    @Test func `every address means both families`() throws {
        try stage.server.listen(host: "", port: 0)
        try stage.server.start()
        let port = stage.server.port(at: 0)
        #expect(stage.server.address(at: 0) == "[::]:\(port)")
        for host in ["127.0.0.1", "::1"] {
            #expect(try greets(CoreClientSocket(host: host, port: port, timeoutSeconds: 10)))
        }
        try stage.server.stop()
    }

    @Test func `says what it cannot listen on`() throws {
        try stage.server.listen(host: "127.0.0.1", port: 0)
        let port = stage.server.port(at: 0)
        let other = try ServerStage()
        let inUse = refusal { try other.server.listen(host: "127.0.0.1", port: port) }
        #expect(inUse?.status == .addressInUse)
        #expect(inUse?.message == "cannot listen on 127.0.0.1 port \(port): Address already in use")
        let elsewhere = refusal { try other.server.listen(host: "192.0.2.1", port: 0) }
        #expect(elsewhere?.status == .addressUnavailable)
        #expect(elsewhere?.message == "cannot listen on 192.0.2.1 port 0: Cannot assign requested address")
        let long = refusal { try other.server.listen(host: String(repeating: "x", count: 256), port: 0) }
        #expect(long?.message == "the host name has 256 bytes or a NUL; allowed is 0 to 255")
        #expect(other.server.listenerCount == 0)
    }

    @Test func `a port is free again when its server stopped`() throws {
        try stage.server.listen(host: "127.0.0.1", port: 0)
        let port = stage.server.port(at: 0)
        try stage.server.start()
        #expect(try greets(stage.connect()))
        try stage.server.stop()
        let other = try ServerStage()
        try other.server.listen(host: "127.0.0.1", port: port)
    }

    @Test func `once it has started it takes no more listeners`() throws {
        try stage.start()
        let late = refusal { try stage.server.listen(host: "127.0.0.1", port: 0) }
        #expect(late?.status == .invalidState)
        #expect(late?.message == "the server has started; listeners are added before start")
        try stage.server.stop()
    }

    // MARK: Unix sockets

    @Test func `listens on a unix socket with its mode, and removes the file`() throws {
        let path = folder.path + "/socket"
        try stage.server.listen(path: path, mode: 0o600)
        #expect(stage.server.address(at: 0) == "unix:\(path)")
        try stage.server.start()
        for _ in 0..<4 { #expect(try greets(CoreClientSocket(path: path, timeoutSeconds: 10))) }
        var info = stat()
        #expect(unsafe stat(path, &info) == 0 && info.st_mode & 0o777 == 0o600)
        try stage.server.stop()
        #expect(unsafe stat(path, &info) != 0)
    }

    @Test func `replaces a socket's file that nobody listens on, and leaves alone what is in use`() throws {
        let path = folder.path + "/socket"
        let first = try ServerStage()
        try first.server.listen(path: path, mode: 0)
        let inUse = refusal { try stage.server.listen(path: path, mode: 0) }
        #expect(inUse?.status == .addressInUse)
        #expect(inUse?.message == "cannot listen on unix:\(path): Address already in use")
        let aside = path + ".aside"
        #expect(unsafe rename(path, aside) == 0)
        try first.server.stop()
        #expect(unsafe rename(aside, path) == 0)
        try stage.server.listen(path: path, mode: 0)
        try stage.server.start()
        #expect(try greets(CoreClientSocket(path: path, timeoutSeconds: 10)))
        try stage.server.stop()
    }

    @Test func `a file that took the socket's name stays`() throws {
        let path = folder.path + "/socket"
        try stage.server.listen(path: path, mode: 0)
        #expect(unsafe unlink(path) == 0)
        let successor = try ServerStage()
        try successor.server.listen(path: path, mode: 0)
        try successor.server.start()
        try stage.server.stop()
        #expect(try greets(CoreClientSocket(path: path, timeoutSeconds: 10)))
        try successor.server.stop()
    }

    @Test func `refuses paths and modes that no socket can have`() throws {
        let most = SocketAddress.longestUnixPath
        for path in ["", String(repeating: "x", count: most + 1)] {
            #expect(
                refusal { try stage.server.listen(path: path, mode: 0) }?.message
                    == "the socket path has \(path.utf8.count) bytes or a NUL; allowed is 1 to \(most)")
        }
        #expect(
            refusal { try stage.server.listen(path: folder.path + "/x", mode: 0o1000) }?.message
                == "the socket mode is 01000; allowed is 0 to 0777")
    }

    // MARK: Inherited descriptors

    @Test func `listens on an inherited descriptor`() throws {
        var first = try Endpoint.tcp(host: "127.0.0.1", port: 0, count: 1, backlog: 10)
        try stage.server.listen(descriptor: try #require(first.takeSockets().first))
        #expect(stage.server.port(at: 0) == first.port)
        try stage.server.start()
        for _ in 0..<4 { #expect(try greets(stage.connect())) }
        try stage.server.stop()
    }

    @Test func `refuses a descriptor that is no listener, and closes it`() throws {
        let socket = Socket.open(.ipv4)
        let error = refusal { try stage.server.listen(descriptor: socket) }
        #expect(error?.status == .invalidArgument)
        #expect(error?.message == "descriptor \(socket) is no listening stream socket")
        #expect(refusal { try stage.server.listen(descriptor: -1) }?.status == .invalidArgument)
    }
}
