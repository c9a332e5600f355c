import Martlet
import MartletTesting
import Testing

@Suite(.bounded) struct TestClientTests {
    @Test(arguments: TestTransport.allCases)
    func `requests in one piece of bytes are answered in their order`(_ transport: TestTransport) async throws
    {
        var server = Server.silent()
        server.get("/a", Says("a"))
        server.get("/b", on: .workers, Says("b"))
        server.get("/c", SaysLater("c"))
        try await server.test(transport) { client in
            let paths = (0..<300).map { ["/a", "/b", "/c"][$0 % 3] }
            let text = paths.map { "GET \($0) HTTP/1.1\r\nHost: x\r\n\r\n" }.joined()
            let responses: [TestResponse] = try await client.send(raw: text)
            #expect(responses.map { "/" + $0.text } == paths)
        }
    }

    @Test func `a client finds a server by its address`() async throws {
        var server = Server.silent()
        server.get("/", Says("here"))
        try await server.start()
        let client = try TestClient(address: #require(server.addresses.first))
        try await #expect(client.get("/").text == "here")
        await server.stop()
    }

    @Test(arguments: ["", "127.0.0.1", "127.0.0.1:x", "127.0.0.1:99999"])
    func `what is no address is refused`(_ text: String) {
        #expect(throws: TestError.self) { try TestClient(address: text) }
    }

    @Test func `a client in process has no connections`() async throws {
        try await Server.silent().test(.inProcess) { client in
            await #expect(throws: TestError.self) { try await client.withConnection { _ in } }
        }
    }

    @Test func `in process the server listens nowhere`() async throws {
        let server = Server.silent()
        try await server.test(.inProcess) { _ in
            #expect(server.addresses.isEmpty)
            #expect(server.port == nil)
        }
    }

    @Test func `a connection stays open between responses`() async throws {
        var server = Server.silent()
        server.get("/{n}") { request, response in response.send(request.parameters["n"]) }
        try await server.test(.socket) { client in
            try await client.withConnection { connection in
                for number in ["1", "2", "3"] {
                    try await connection.send("GET /\(number) HTTP/1.1\r\nHost: x\r\n\r\n")
                    try await #expect(connection.response().text == number)
                }
            }
            #expect(server.statistics.connectionsTotal == 1)
        }
    }

    @Test(arguments: TestTransport.allCases)
    func `what the body throws ends the server and comes through`(_ transport: TestTransport) async throws {
        let server = Server.silent()
        await #expect(throws: Mishap.self) {
            try await server.test(transport) { _ in throw Mishap() } as Void
        }
        #expect(!server.control.isRunning)
    }
}
