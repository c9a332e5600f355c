import Martlet
import MartletTesting
import Testing

@Suite(.bounded) struct StartTests {
    @Test func `port 0 becomes the port that the system chose`() async throws {
        let server = Server.silent()
        #expect(server.port == nil)
        try await server.start()
        let port = try #require(server.port)
        #expect(port > 0)
        #expect(server.addresses == ["127.0.0.1:\(port)"])
        await server.stop()
    }

    @Test func `a taken port is one sentence that names it`() async throws {
        let first = Server.silent()
        try await first.start()
        let port = try #require(first.port)
        let second = Server.silent { $0.port = port }
        let error = try await #require(throws: ServerError.self) { try await second.start() }
        #expect(error.kind == .addressInUse)
        #expect(error.description.contains("\(port)"))
        #expect(error.systemErrorNumber != 0)
        #expect(!second.control.isRunning)
        await first.stop()
    }

    @Test func `an address that is not ours is refused`() async throws {
        let server = Server.silent { $0.host = "192.0.2.1" }
        let error = try await #require(throws: ServerError.self) { try await server.start() }
        #expect(error.kind == .addressUnavailable)
        #expect(error.description.contains("192.0.2.1"))
    }

    @Test func `a failed start can be repeated`() async throws {
        let first = Server.silent()
        try await first.start()
        let second = Server.silent { $0.port = first.port ?? 0 }
        await #expect(throws: ServerError.self) { try await second.start() }
        await first.stop()
        try await second.start()
        #expect(second.control.isRunning)
        await second.stop()
    }

    @Test func `a server starts only once`() async throws {
        let server = Server.silent()
        try await server.start()
        await #expect { try await server.start() } throws: { ($0 as? ServerError)?.kind == .invalidState }
        #expect(server.control.isRunning)
        await server.stop()
        await #expect { try await server.start() } throws: { ($0 as? ServerError)?.kind == .invalidState }
    }

    @Test func `IPv6 and IPv4 can be served together`() async throws {
        var server = Server.silent { configuration in
            configuration.listeners = [.tcp(host: "127.0.0.1", port: 0), .tcp(host: "::1", port: 0)]
        }
        server.get("/") { request, response in response.send(request.peerAddress) }
        try await server.start()
        #expect(server.addresses.count == 2)
        for (address, peer) in zip(server.addresses, ["127.0.0.1:", "[::1]:"]) {
            try await #expect(TestClient(address: address).get("/").text.hasPrefix(peer))
        }
        await server.stop()
    }

    @Test func `an empty host is every address`() async throws {
        var server = Server.silent { $0.host = "" }
        server.get("/", Says("here"))
        try await server.start()
        let port = try #require(server.port)
        let named = try #require(server.addresses.first)
        for address in ["127.0.0.1:\(port)", "[::1]:\(port)", named] {
            try await #expect(TestClient(address: address).get("/").text == "here")
        }
        await server.stop()
    }

    @Test func `a unix socket is served, and removed at the end`() async throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/socket"
        for _ in 0..<2 {
            var server = Server.silent { $0.listeners = [.unix(path: path, mode: 0o600)] }
            server.get("/") { request, response in response.send(request.peerAddress) }
            try await server.start()
            #expect(server.addresses == ["unix:\(path)"])
            #expect(server.port == nil)
            let client = try TestClient(address: "unix:\(path)")
            try await #expect(client.get("/").text == "unix")
            await server.stop()
            await #expect(throws: TestError.self) { try await client.get("/") }
        }
    }
}
