import HTTPTypes
import Martlet
import MartletTesting
import Testing

@Suite(.bounded) struct RequestTests {
    @Test(arguments: TestTransport.allCases)
    func `a request tells its method, target, path, query and version`(
        _ transport: TestTransport
    ) async throws {
        var server = Server.silent()
        server.post("/a/{b}") { request, response in
            let words = [
                request.method.rawValue, "\(request.verb)", request.target, request.path, request.query,
                request.version.rawValue, request.authority, request.route,
                "\(request.targetBytes.count) \(request.pathBytes.count) \(request.queryBytes.count)",
            ]
            response.send(words.joined(separator: "\n"))
        }
        try await server.test(transport) { client in
            let response = try await client.post("/a/x%20y?k=v", body: "")
            #expect(
                response.text.split(separator: "\n").map(String.init) == [
                    "POST", "post", "/a/x%20y?k=v", "/a/x%20y", "k=v", "HTTP/1.1", "localhost", "/a/{b}",
                    "12 8 3",
                ])
        }
    }

    @Test(arguments: TestTransport.allCases)
    func `HTTP 1.0 is told apart`(_ transport: TestTransport) async throws {
        var server = Server.silent()
        server.get("/") { request, response in response.send(request.version.rawValue) }
        try await server.test(transport) { client in
            let responses: [TestResponse] = try await client.send(raw: "GET / HTTP/1.0\r\n\r\n")
            #expect(responses.map(\.text) == ["HTTP/1.0"])
        }
    }

    @Test func `the peer's address is that of its socket`() async throws {
        var server = Server.silent()
        server.get("/") { request, response in response.send(request.peerAddress) }
        try await server.test(.socket) { client in
            let text = try await client.get("/").text
            #expect(text.hasPrefix("127.0.0.1:"))
            #expect(text != "127.0.0.1:\(server.port ?? 0)")
        }
    }

    @Test(arguments: TestTransport.allCases)
    func `fields are found in any case and keep their order`(_ transport: TestTransport) async throws {
        let name = try #require(HTTPField.Name("X-Colour"))
        let other = try #require(HTTPField.Name("X-Other"))
        var server = Server.silent()
        server.get("/") { request, response in
            let fields = request.fields
            let words = [
                fields[name] ?? "", fields.values(of: name).joined(separator: "+"),
                "\(fields.contains(other))", "\(fields[other] == nil)",
                "\(fields.bytes(of: name)?.count ?? -1)", "\(fields.count)",
                fields.httpFields[values: name].joined(separator: "+"),
            ]
            response.send(words.joined(separator: " "))
        }
        try await server.test(transport) { client in
            let responses: [TestResponse] = try await client.send(
                raw: "GET / HTTP/1.1\r\nHost: x\r\nx-cOLOUR: red\r\nX-Colour:   blue  \r\n\r\n")
            #expect(responses.first?.text == "red red+blue false true 3 3 red+blue")
        }
    }

    @Test(arguments: TestTransport.allCases)
    func `trailers are there once a chunked body has ended`(_ transport: TestTransport) async throws {
        let name = try #require(HTTPField.Name("X-Sum"))
        var server = Server.silent()
        server.post("/") { request, response in
            response.send(
                "\(request.bodyString) \(request.trailers[name] ?? "none") \(request.trailers.count)")
        }
        try await server.test(transport) { client in
            let responses: [TestResponse] = try await client.send(
                raw: "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + "3\r\nabc\r\n0\r\nX-Sum: 42\r\n\r\n")
            #expect(responses.first?.text == "abc 42 1")
        }
    }

    @Test(arguments: TestTransport.allCases)
    func `an async handler reads the whole request after it was suspended`(
        _ transport: TestTransport
    ) async throws {
        var server = Server.silent()
        server.post("/{id}") { request, response async throws in
            await Task.yield()
            let type = request.fields[.contentType] ?? "none"
            response.send("\(request.path) \(request.parameters["id"]) \(type) \(request.bodyString)")
        }
        try await server.test(transport) { client in
            let response = try await client.post("/7?x", body: .text("body", contentType: "text/x"))
            #expect(response.text == "/7 7 text/x body")
        }
    }
}
