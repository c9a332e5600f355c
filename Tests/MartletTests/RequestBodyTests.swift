import HTTPTypes
import Martlet
import MartletTesting
import Testing

@Suite(.bounded) struct RequestBodyTests {
    private struct Item: Codable, Equatable {
        var name: String
        var count: Int
    }

    @Test(arguments: TestTransport.allCases)
    func `a body is lent as bytes and copied as text`(_ transport: TestTransport) async throws {
        var server = Server.silent()
        server.post("/") { request, response in
            let sum = request.withBody { body in
                var sum = 0
                for index in body.indices { sum += Int(body[index]) }
                return sum
            }
            response.send(
                "\(request.body.count) \(request.bodyBytes.count) \(request.bodyString) \(sum) "
                    + "\(request.contentLength ?? -1)")
        }
        try await server.test(transport) { client in
            try await #expect(client.post("/", body: "abc").text == "3 3 abc 294 3")
            try await #expect(client.post("/").text == "0 0  0 0")
            let chunked = try await client.post("/", body: .chunked([[97], [98, 99]]))
            #expect(chunked.text == "3 3 abc 294 -1")
        }
    }

    @Test(arguments: TestTransport.allCases)
    func `a body past the server's limit is 413`(_ transport: TestTransport) async throws {
        var server = Server.silent { $0.maxBodyBytes = 10 }
        server.post("/") { request, response in response.send("\(request.body.count)") }
        try await server.test(transport) { client in
            try await #expect(client.post("/", body: "0123456789").text == "10")
            try await #expect(client.post("/", body: "0123456789a").status == .contentTooLarge)
            let pieces = [UInt8](repeating: 1, count: 4)
            let chunked = try await client.post("/", body: .chunked([pieces, pieces, pieces]))
            #expect(chunked.status == .contentTooLarge)
        }
    }

    @Test(arguments: TestTransport.allCases)
    func `a route may have a limit of its own, or none`(_ transport: TestTransport) async throws {
        var server = Server.silent { $0.maxBodyBytes = 10 }
        server.post("/small", maxBodyBytes: 2) { request, response in response.send("small") }
        server.post("/any", maxBodyBytes: .max) { request, response in response.send("\(request.body.count)")
        }
        try await server.test(transport) { client in
            try await #expect(client.post("/small", body: "12").text == "small")
            try await #expect(client.post("/small", body: "123").status == .contentTooLarge)
            let large = TestBody.bytes([UInt8](repeating: 0, count: 3_000_000))
            try await #expect(client.post("/any", body: large).text == "3000000")
        }
    }

    @Test(arguments: TestTransport.allCases)
    func `JSON becomes a value, in synchronous and async handlers and from a stream`(
        _ transport: TestTransport
    ) async throws {
        var server = Server.silent()
        server.post("/sync") { request, response in
            response.send(try request.decode(Item.self).name)
        }
        server.post("/async") { request, response async throws in
            response.send(try await request.decode(Item.self).name)
        }
        server.post("/stream", body: .stream) { request, response async throws in
            response.send(try await request.decode(Item.self).name)
        }
        try await server.test(transport) { client in
            for path in ["/sync", "/async", "/stream"] {
                let response = try await client.post(path, body: .json(Item(name: path, count: 1)))
                #expect(response.text == path)
            }
        }
    }

    @Test(arguments: TestTransport.allCases)
    func `a stream gives all of a body, in pieces`(_ transport: TestTransport) async throws {
        var server = Server.silent()
        server.post("/", body: .stream, maxBodyBytes: .max) { request, response async throws in
            var bytes = 0
            var sum = 0
            for try await piece in request.bodyStream {
                #expect(!piece.isEmpty)
                bytes += piece.count
                for byte in piece { sum &+= Int(byte) }
            }
            response.send("\(bytes) \(sum)")
        }
        try await server.test(transport) { client in
            let bytes = (0..<2_000_000).map { UInt8(truncatingIfNeeded: $0) }
            let sum = bytes.reduce(0) { $0 &+ Int($1) }
            try await #expect(client.post("/", body: .bytes(bytes)).text == "2000000 \(sum)")
            let pieces = stride(from: 0, to: bytes.count, by: 10_000).map { Array(bytes[$0..<$0 + 10_000]) }
            try await #expect(client.post("/", body: .chunked(pieces)).text == "2000000 \(sum)")
            try await #expect(client.post("/").text == "0 0")
        }
    }

    @Test(arguments: TestTransport.allCases)
    func `a streamed body can be collected, and a whole one streamed`(_ transport: TestTransport) async throws
    {
        var server = Server.silent()
        server.post("/collect", body: .stream) { request, response async throws in
            response.send(bytes: try await request.collectBody())
        }
        server.post("/whole") { request, response async throws in
            var pieces = 0
            for try await piece in request.bodyStream { pieces += piece.count }
            response.send("\(pieces)")
        }
        try await server.test(transport) { client in
            try await #expect(client.post("/collect", body: "collected").text == "collected")
            try await #expect(client.post("/whole", body: "whole").text == "5")
        }
    }

    @Test(arguments: TestTransport.allCases)
    func `a body that is left unread does not spoil the next request`(_ transport: TestTransport) async throws
    {
        var server = Server.silent()
        server.post("/ignored", body: .stream) { _, response async throws in response.send("ignored") }
        server.get("/next", Says("next"))
        try await server.test(transport) { client in
            let body = String(repeating: "x", count: 30_000)
            let responses: [TestResponse] = try await client.send(
                raw: "POST /ignored HTTP/1.1\r\nHost: x\r\nContent-Length: 30000\r\n\r\n\(body)"
                    + "GET /next HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(responses.map(\.text) == ["ignored", "next"])
        }
    }

    @Test(arguments: TestTransport.allCases)
    func `a streamed body past the limit is 413`(_ transport: TestTransport) async throws {
        var server = Server.silent()
        server.post("/", body: .stream, maxBodyBytes: 100_000) { request, response async throws in
            response.send("\(try await request.collectBody().count)")
        }
        try await server.test(transport) { client in
            let piece = [UInt8](repeating: 1, count: 60_000)
            try await #expect(client.post("/", body: .chunked([piece])).text == "60000")
            let response = try await client.post("/", body: .chunked([piece, piece]))
            #expect(response.status == .contentTooLarge)
        }
    }

    @Test func `a body that breaks off cancels its reader`() async throws {
        let seen = Recorder<String>()
        let log = RecordedLog()
        var server = Server.logging(to: log)
        server.post("/", body: .stream) { request, response async throws in
            do {
                for try await _ in request.bodyStream {}
                seen.record("end")
            } catch {
                seen.record("\(type(of: error))")
                throw error
            }
        }
        try await server.test(.socket) { client in
            try await client.withConnection { connection in
                try await connection.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nsome")
            }
            try await eventually("the reader hears of it") { !seen.values.isEmpty }
            #expect(seen.values == ["CancellationError"])
            try await client.withConnection { connection in
                try await connection.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nsome")
                connection.finishSending()
                try await #expect(connection.response().status == .badRequest)
            }
        }
        #expect(log.errors.isEmpty)
    }

    @Test func `an answer to a body that breaks off is cut, not ended`() async throws {
        let log = RecordedLog()
        var server = Server.logging(to: log)
        server.post("/", body: .stream) { request, response async throws in
            let body = request.bodyStream
            try await response.stream { writer in
                for try await piece in body { try await writer.write(piece) }
            }
        }
        try await server.test(.socket) { client in
            try await client.withConnection { connection in
                try await connection.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nsome")
                connection.finishSending()
                await #expect {
                    try await connection.response()
                } throws: { error in
                    if case TestError.truncated(let bytes) = error { return bytes == Array("some".utf8) }
                    return false
                }
            }
        }
        #expect(log.errors.isEmpty)
    }

    @Test func `a reader that pauses makes the sender wait`() async throws {
        let gate = Gate()
        var server = Server.silent()
        server.post("/", body: .stream, maxBodyBytes: .max) { request, response async throws in
            await gate.wait()
            response.send("\(try await request.collectBody().count)")
        }
        let total = 4 * 1_048_576
        try await server.test(.socket) { client in
            try await client.withConnection { connection in
                try await connection.send(
                    "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: \(total)\r\n\r\n")
                let sending = Task { try await connection.send([UInt8](repeating: 7, count: total)) }
                var before = -1
                // What was received stops growing long before the end.
                while server.statistics.bytesReceived != before || before < 65536 {
                    before = server.statistics.bytesReceived
                    try await Task.sleep(for: .milliseconds(50))
                }
                #expect(server.statistics.bytesReceived < 1_048_576)
                gate.open()
                try await #expect(connection.response().text == "\(total)")
                try await sending.value
            }
        }
    }

    @Test func `Expect 100-continue is answered before the body`() async throws {
        var server = Server.silent()
        server.post("/") { request, response in response.send(request.bodyString) }
        try await server.test(.socket) { client in
            try await client.withConnection { connection in
                try await connection.send(
                    "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
                try await #expect(connection.receive(until: "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
                try await connection.send("ok")
                try await #expect(connection.response().text == "ok")
            }
        }
    }
}
