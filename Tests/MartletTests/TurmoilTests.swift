import HTTPTypes
import Martlet
import MartletTesting
import Testing

/// Everything at once: handlers of all kinds, peers that leave in the middle, and a server that ends under them.
@Suite(.bounded) struct TurmoilTests {
    /// What handlers hold, to see when they are let go.
    private final class Token: Sendable {}

    private enum End: CaseIterable {
        case drain, stop, drainThenStop
    }

    private func server(holding token: Token) -> Server {
        var server = Server.silent { $0.shutdownTimeout = .milliseconds(20) }
        let held: Handler = { _, response in
            withExtendedLifetime(token) {}
            response.send("x")
        }
        server.use(RequestID())
        server.get("/reactor", held)
        server.get("/workers", on: .workers, held)
        server.get("/later") { _, response async throws in
            withExtendedLifetime(token) {}
            try await Task.sleep(for: .milliseconds(5))
            response.send("later")
        }
        server.post("/echo", body: .stream, maxBodyBytes: .max) { request, response async throws in
            let body = request.bodyStream
            try await response.stream { writer in
                for try await piece in body { try await writer.write(piece) }
            }
            withExtendedLifetime(token) {}
        }
        server.get("/flood") { _, response async throws in
            let piece = [UInt8](repeating: 7, count: 65536)
            try await response.stream { writer in while true { try await writer.write(piece) } }
            withExtendedLifetime(token) {}
        }
        server.fallback(held)
        server.onError { _, response in
            withExtendedLifetime(token) {}
            response.send("error")
        }
        return server
    }

    private func visit(_ client: TestClient, number: Int) async throws {
        try await client.withConnection { connection in
            let paths = ["reactor", "workers", "later", "nowhere", "later", "workers"]
            let requests = paths.map { "GET /\($0) HTTP/1.1\r\nHost: x\r\n\r\n" }.joined()
            try await connection.send(requests)
            if number % 3 == 0 { try await connection.send("GET /flood HTTP/1.1\r\nHost: x\r\n\r\n") }
            if number % 3 == 1 {
                try await connection.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n")
                try await connection.send([UInt8](repeating: 7, count: 70000))
            }
            // Some leave before they have read a word.
            if number % 2 == 0 { _ = try await connection.receive() }
        }
    }

    @Test(arguments: End.allCases)
    private func `whoever leaves first, all tasks end and all handlers are let go`(_ end: End) async throws {
        for _ in 0..<3 {
            weak let token: Token?
            do {
                let held = Token()
                token = held
                let server = server(holding: held)
                try await server.start()
                let client = try TestClient(address: #require(server.addresses.first))
                await withTaskGroup { group in
                    for number in 0..<24 {
                        group.addTask { try? await visit(client, number: number) }
                    }
                    group.addTask {
                        try? await Task.sleep(for: .milliseconds(10))
                        if end != .stop { server.drain() }
                        if end != .drain { await server.stop() }
                    }
                }
                try await server.waitUntilStopped()
            }
            try await eventually("nobody holds it any more") { token == nil }
        }
    }
}
