import HTTPTypes
import Logging
import Martlet
import MartletTesting
import Testing

@Suite(.bounded) struct AccessLogTests {
    @Test(arguments: TestTransport.allCases)
    func `each request leaves a line with what was answered`(_ transport: TestTransport) async throws {
        let log = RecordedLog()
        var server = Server.silent()
        server.use(RequestID())
        server.use(AccessLog(logger: log.logger()))
        server.get("/sync/{id}", Says("four"))
        server.post("/async", SaysLater("later"))
        server.get("/stream") { _, response async throws in
            try await response.stream { try await $0.write("streamed") }
        }
        server.get("/refused") { _, _ in throw HTTPError(.forbidden) }
        server.get("/broken") { _, _ async throws in throw Mishap() }
        server.get("/mistaken") { _, response in
            response.fields[.contentLength] = "3"
            response.send("abc")
        }
        server.get("/cut") { _, response async throws in
            try await response.stream { _ in throw Mishap() }
        }
        try await server.test(transport) { client in
            _ = try await client.get("/sync/1?secret=x", fields: [.xRequestID: "abc"])
            _ = try await client.post("/async")
            _ = try await client.get("/stream")
            _ = try await client.get("/refused")
            _ = try await client.get("/broken")
            _ = try await client.get("/mistaken")
            _ = try? await client.get("/cut")
        }
        try await eventually("all are logged") { log.lines.count == 7 }
        let lines = log.lines.map(\.metadata)
        #expect(lines.map { $0["method"] } == ["GET", "POST", "GET", "GET", "GET", "GET", "GET"])
        let paths = ["/sync/1", "/async", "/stream", "/refused", "/broken", "/mistaken", "/cut"]
        #expect(lines.map { $0["path"] } == paths)
        #expect(lines.map { $0["status"] } == ["200", "200", "200", "403", "500", "500", "200"])
        #expect(lines.prefix(3).map { $0["bytes"] } == ["4", "5", "8"])
        #expect(lines[0]["request-id"] == "abc")
        #expect(lines.allSatisfy { Double($0["microseconds"] ?? "") ?? -1 >= 0 })
        #expect(log.lines.allSatisfy { $0.level == .info })
    }

    @Test(arguments: TestTransport.allCases)
    func `a handler that forgets to answer is logged as the 500 that is sent`(
        _ transport: TestTransport
    ) async throws {
        let log = RecordedLog()
        var server = Server.silent()
        server.use(AccessLog(logger: log.logger()))
        server.get("/sync") { _, _ in }
        server.get("/async") { _, _ async throws in }
        server.get("/unsendable") { _, _ in throw HTTPError(.init(code: 99)) }
        server.get("/status") { _, response in response.status = .ok }
        server.get("/field") { _, response in response.fields[.eTag] = "x" }
        try await server.test(transport) { client in
            for path in ["/sync", "/async", "/unsendable", "/status", "/field"] {
                let sent = try await client.get(path).status.code
                try await eventually("it is logged") { log.lines.last?.metadata["path"] == path }
                #expect(log.lines.last?.metadata["status"] == "\(sent)", "\(path)")
            }
        }
    }

    @Test func `a logger that is not interested gets nothing`() async throws {
        let log = RecordedLog()
        var server = Server.silent()
        server.use(AccessLog(logger: log.logger(level: .warning), level: .debug))
        server.get("/", Says(""))
        try await server.test { client in _ = try await client.get("/") }
        #expect(log.lines.isEmpty)
    }
}
