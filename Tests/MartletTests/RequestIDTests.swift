import HTTPTypes
import Martlet
import MartletTesting
import Testing

@Suite(.bounded) struct RequestIDTests {
    private func server() -> Server {
        var server = Server.silent()
        server.use(RequestID())
        server.get("/sync", Says("sync"))
        server.get("/async", SaysLater("async"))
        server.get("/error") { _, _ in throw Mishap() }
        return server
    }

    @Test(arguments: TestTransport.allCases)
    func `a request without a name gets a new one, also when it fails`(_ transport: TestTransport)
        async throws
    {
        try await server().test(transport) { client in
            var names: Set<String> = []
            for path in ["/sync", "/async", "/error", "/sync"] {
                let name = try #require(try await client.get(path).fields[.xRequestID])
                #expect(name.count == 32)
                #expect(name.allSatisfy { $0.isHexDigit })
                names.insert(name)
            }
            #expect(names.count == 4)
        }
    }

    @Test(arguments: TestTransport.allCases)
    func `a request keeps the name that it came with`(_ transport: TestTransport) async throws {
        try await server().test(transport) { client in
            for name in ["a", "trace-1/2:3_4.5=", String(repeating: "x", count: 128)] {
                let response = try await client.get("/sync", fields: [.xRequestID: name])
                #expect(response.fields[.xRequestID] == name)
            }
        }
    }

    @Test(arguments: TestTransport.allCases)
    func `a name that does not belong in a log is replaced`(_ transport: TestTransport) async throws {
        try await server().test(transport) { client in
            for name in ["", "two words", "<script>", "ä", String(repeating: "x", count: 129)] {
                let response = try await client.get("/sync", fields: [.xRequestID: name])
                #expect(response.fields[.xRequestID]?.count == 32, "\(name)")
            }
        }
    }

    @Test func `the field may have another name`() async throws {
        let name = try #require(HTTPField.Name("X-Trace"))
        var server = Server.silent()
        server.use(RequestID(field: name))
        server.get("/", Says(""))
        try await server.test { client in
            try await #expect(client.get("/", fields: [name: "abc"]).fields[name] == "abc")
        }
    }
}
