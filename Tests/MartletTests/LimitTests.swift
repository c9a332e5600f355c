import HTTPTypes
import Martlet
import MartletTesting
import Testing

@Suite(.bounded) struct LimitTests {
    private func status(
        _ transport: TestTransport, of raw: String, _ change: (inout Configuration) -> Void
    ) async throws -> Int? {
        var server = Server.silent(change)
        server.get("/{path…}", Says("served"))
        return try await server.test(transport) { client in
            let responses: [TestResponse] = try await client.send(raw: raw)
            return responses.first?.status.code
        }
    }

    @Test(arguments: TestTransport.allCases)
    func `a request line past its limit is 414`(_ transport: TestTransport) async throws {
        for (length, expected) in [(100, 200), (101, 414)] {
            let frame = "GET / HTTP/1.1".utf8.count
            let line = "GET /\(String(repeating: "x", count: length - frame)) HTTP/1.1"
            let status = try await status(transport, of: "\(line)\r\nHost: x\r\n\r\n") {
                $0.maxRequestLineBytes = 100
            }
            #expect(status == expected, "\(length) bytes")
        }
    }

    @Test(arguments: TestTransport.allCases)
    func `more fields than allowed are 431`(_ transport: TestTransport) async throws {
        for (count, expected) in [(5, 200), (6, 431)] {
            let fields = (1..<count).map { "X-\($0): y\r\n" }.joined()
            let status = try await status(transport, of: "GET / HTTP/1.1\r\nHost: x\r\n\(fields)\r\n") {
                $0.maxHeaderFields = 5
            }
            #expect(status == expected, "\(count) fields")
        }
    }

    @Test(arguments: TestTransport.allCases)
    func `a header section past its limit is 431`(_ transport: TestTransport) async throws {
        for (length, expected) in [(400, 200), (600, 431)] {
            let value = String(repeating: "y", count: length - 40)
            let status = try await status(transport, of: "GET / HTTP/1.1\r\nHost: x\r\nX: \(value)\r\n\r\n") {
                $0.maxHeaderBytes = 500
            }
            #expect(status == expected, "\(length) bytes")
        }
    }

    @Test func `a request that does not come to its end is 408`() async throws {
        var server = Server.silent { $0.headerTimeout = .milliseconds(100) }
        server.get("/", Says(""))
        try await server.test(.socket) { client in
            try await client.withConnection { connection in
                try await connection.send("GET / HT")
                try await #expect(connection.response().status == .requestTimeout)
            }
            #expect(server.statistics.timeouts == 1)
        }
    }

    @Test func `an idle connection is closed after its time`() async throws {
        var server = Server.silent { $0.idleTimeout = .milliseconds(100) }
        server.get("/", Says("x"))
        try await server.test(.socket) { client in
            try await client.withConnection { connection in
                try await connection.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                _ = try await connection.response()
                try await #expect(connection.receive() == nil)
            }
        }
    }

    @Test(arguments: TestTransport.allCases)
    func `a connection serves as many requests as it may`(_ transport: TestTransport) async throws {
        var server = Server.silent { $0.maxRequestsPerConnection = 2 }
        server.get("/", Says("x"))
        try await server.test(transport) { client in
            let request = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"
            let responses: [TestResponse] = try await client.send(raw: request + request + request)
            #expect(responses.count == 2)
            #expect(responses.last?.fields[.connection] == "close")
        }
    }
}
