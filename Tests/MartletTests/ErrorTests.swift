import HTTPTypes
import Martlet
import MartletTesting
import Testing

@Suite(.bounded) struct ErrorTests {
    /// The same error, thrown wherever a handler may run.
    private func server(throwing error: any Error, log: RecordedLog = RecordedLog()) -> Server {
        var server = Server.logging(to: log)
        server.get("/reactor") { _, _ in throw error }
        server.get("/workers", on: .workers) { _, _ in throw error }
        server.get("/async") { _, _ async throws in throw error }
        server.get("/later") { _, _ async throws in
            await Task.yield()
            throw error
        }
        return server
    }

    private let paths = ["/reactor", "/workers", "/async", "/later"]

    @Test(arguments: TestTransport.allCases)
    func `an HTTPError becomes its status, message and fields`(_ transport: TestTransport) async throws {
        let error = HTTPError(.unauthorized, "Who are you?", fields: [.wwwAuthenticate: "Basic"])
        try await server(throwing: error).test(transport) { client in
            for path in paths {
                let response = try await client.get(path)
                #expect(response.status == .unauthorized)
                #expect(response.text == "Who are you?\n")
                #expect(response.fields[.wwwAuthenticate] == "Basic")
            }
        }
    }

    @Test(arguments: TestTransport.allCases)
    func `an HTTPError without a message says its status`(_ transport: TestTransport) async throws {
        try await server(throwing: HTTPError(.notFound)).test(transport) { client in
            try await #expect(client.get("/reactor").text == "404 Not Found\n")
        }
    }

    @Test(arguments: TestTransport.allCases)
    func `any other error is 500, told to the log and not to the peer`(_ transport: TestTransport)
        async throws
    {
        let log = RecordedLog()
        try await server(throwing: Mishap(), log: log).test(transport) { client in
            for path in paths {
                let response = try await client.get(path)
                #expect(response.status == .internalServerError)
                #expect(!response.text.contains("Mishap"))
            }
        }
        let mishaps = log.errors.filter { $0.metadata["error"] == "Mishap()" }
        #expect(mishaps.map { $0.metadata["target"] } == paths)
    }

    @Test(arguments: TestTransport.allCases)
    func `what a handler had prepared is not sent with its error, but for fields`(
        _ transport: TestTransport
    ) async throws {
        var server = Server.silent()
        server.get("/") { _, response in
            response.fields[.vary] = "Accept"
            response.fields[.contentEncoding] = "gzip"
            response.fields[.eTag] = "\"half\""
            response.send(html: "<p>half")
            throw HTTPError(.conflict)
        }
        try await server.test(transport) { client in
            let response = try await client.get("/")
            #expect(response.status == .conflict)
            #expect(response.text == "409 Conflict\n")
            #expect(response.fields[.vary] == "Accept")
            #expect(response.fields[values: .contentType] == ["text/plain; charset=utf-8"])
            #expect(response.fields[.contentEncoding] == nil)
            #expect(response.fields[.eTag] == nil)
        }
    }

    @Test(arguments: TestTransport.allCases)
    func `an error handler that sends nothing leaves an empty answer`(_ transport: TestTransport) async throws
    {
        var server = Server.silent()
        server.get("/") { _, response in
            response.send("half")
            throw HTTPError(.conflict)
        }
        server.onError { _, _ in }
        try await server.test(transport) { client in
            let response = try await client.get("/")
            #expect(response.status == .conflict)
            #expect(response.body.isEmpty)
        }
    }

    @Test(arguments: TestTransport.allCases)
    func `an error handler's text has one content type, whoever made the error`(
        _ transport: TestTransport
    ) async throws {
        var server = Server.silent()
        server.get("/") { _, _ in throw HTTPError(.conflict) }
        server.onError { _, response in response.send(html: "<p>sorry") }
        try await server.test(transport) { client in
            for path in ["/", "/none"] {
                try await #expect(
                    client.get(path).fields[values: .contentType] == ["text/html; charset=utf-8"])
            }
        }
    }

    @Test(arguments: TestTransport.allCases, [0, 100, 199, 600, 999])
    func `an HTTPError whose status cannot be sent is 500 and told to the log`(
        _ transport: TestTransport, _ code: Int
    ) async throws {
        let log = RecordedLog()
        try await server(throwing: HTTPError(.init(code: code)), log: log).test(transport) { client in
            for path in paths {
                try await #expect(client.get(path).status == .internalServerError, "\(path)")
            }
        }
        #expect(log.errors.count == paths.count)
    }

    @Test(arguments: TestTransport.allCases)
    func `the connection goes on after an error`(_ transport: TestTransport) async throws {
        var server = Server.silent()
        server.get("/bad") { _, _ in throw Mishap() }
        server.get("/good", Says("good"))
        try await server.test(transport) { client in
            let responses: [TestResponse] = try await client.send(
                raw: "GET /bad HTTP/1.1\r\nHost: x\r\n\r\nGET /good HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(responses.map(\.status.code) == [500, 200])
        }
    }

    @Test(arguments: TestTransport.allCases)
    func `an error handler fills the answers of handlers that threw and of the server itself`(
        _ transport: TestTransport
    ) async throws {
        struct Problem: Codable, Equatable {
            var status: Int
            var message: String
            var thrown: String
            var method: String?
            var target: String?
        }
        var server = Server.silent()
        server.get("/teapot") { _, _ in throw HTTPError(.init(code: 418), "short and stout") }
        server.get("/broken") { _, _ async throws in throw Mishap() }
        server.onError { report, response in
            let problem = Problem(
                status: report.status.code, message: report.message,
                thrown: report.error.map { "\(type(of: $0))" } ?? "", method: report.method,
                target: report.target)
            try? response.send(json: problem)
        }
        try await server.test(transport) { client in
            try await #expect(
                client.get("/teapot").json(Problem.self)
                    == Problem(
                        status: 418, message: "short and stout", thrown: "HTTPError", method: "GET",
                        target: "/teapot"))
            let broken = try await client.get("/broken")
            #expect(broken.status == .internalServerError)
            try #expect(broken.json(Problem.self).thrown == "Mishap")
            try await #expect(
                client.get("/none?x").json(Problem.self)
                    == Problem(
                        status: 404, message: "404 Not Found", thrown: "", method: "GET", target: "/none?x"))
            let refused = try await client.delete("/teapot")
            #expect(refused.status == .methodNotAllowed)
            #expect(refused.fields[.allow] != nil)
            try #expect(refused.json(Problem.self).method == "DELETE")
            let malformed: [TestResponse] = try await client.send(raw: "GARBAGE\r\n\r\n")
            #expect(malformed.first?.status == .badRequest)
            try #expect(malformed.first?.json(Problem.self).target == nil)
        }
    }
}
