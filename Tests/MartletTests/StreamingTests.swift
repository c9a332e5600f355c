import HTTPTypes
import Martlet
import MartletTesting
import Synchronization
import Testing

@Suite(.bounded) struct StreamingTests {
    @Test(arguments: TestTransport.allCases)
    func `a stream of unknown length is chunked, one of known length is not`(
        _ transport: TestTransport
    ) async throws {
        var server = Server.silent()
        server.get("/{length}") { request, response async throws in
            response.status = .accepted
            response.fields[.contentType] = "text/x"
            try await response.stream(length: Int(request.parameters["length"])) { writer in
                try await writer.write("some ")
                await Task.yield()
                try await writer.write(Array("text".utf8))
            }
        }
        try await server.test(transport) { client in
            let chunked = try await client.get("/unknown")
            #expect(chunked.status == .accepted)
            #expect(chunked.fields[.contentType] == "text/x")
            #expect(chunked.fields[.transferEncoding] == "chunked")
            #expect(chunked.fields[.contentLength] == nil)
            #expect(chunked.text == "some text")
            let plain = try await client.get("/9")
            #expect(plain.fields[.transferEncoding] == nil)
            #expect(plain.fields[.contentLength] == "9")
            #expect(plain.text == "some text")
        }
    }

    @Test(arguments: TestTransport.allCases)
    func `to HTTP 1.0 a stream of unknown length ends with the connection`(
        _ transport: TestTransport
    ) async throws {
        var server = Server.silent()
        server.get("/") { _, response async throws in
            try await response.stream { try await $0.write("until close") }
        }
        try await server.test(transport) { client in
            let responses: [TestResponse] = try await client.send(
                raw: "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            #expect(responses.map(\.text) == ["until close"])
            #expect(responses.first?.fields[.transferEncoding] == nil)
        }
    }

    @Test(arguments: TestTransport.allCases)
    func `HEAD gets the fields of a stream and nothing of it`(_ transport: TestTransport) async throws {
        var server = Server.silent()
        server.get("/") { _, response async throws in
            try await response.stream(length: 4) { try await $0.write("body") }
        }
        try await server.test(transport) { client in
            let response = try await client.head("/")
            #expect(response.status == .ok)
            #expect(response.fields[.contentLength] == "4")
            let raw = try await client.send(raw: Array("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n".utf8))
            #expect(String(decoding: raw, as: UTF8.self).hasSuffix("\r\n\r\n"))
        }
    }

    @Test(arguments: TestTransport.allCases)
    func `an empty stream is an empty body`(_ transport: TestTransport) async throws {
        var server = Server.silent()
        server.get("/") { _, response async throws in try await response.stream { _ in } }
        try await server.test(transport) { client in
            let response = try await client.get("/")
            #expect(response.status == .ok)
            #expect(response.body.isEmpty)
        }
    }

    @Test(arguments: TestTransport.allCases)
    func `what is past the announced length is refused, and the rest is sent`(
        _ transport: TestTransport
    ) async throws {
        let seen = Recorder<ResponseError?>()
        var server = Server.silent()
        server.get("/") { _, response async throws in
            try await response.stream(length: 4) { writer in
                try await writer.write("four")
                do throws(ResponseError) { try await writer.write("five") } catch { seen.record(error) }
            }
        }
        try await server.test(transport) { client in
            try await #expect(client.get("/").text == "four")
        }
        #expect(seen.values == [.tooLarge])
    }

    @Test(arguments: TestTransport.allCases)
    func `a stream whose writer throws is cut, so that nobody takes it for whole`(
        _ transport: TestTransport
    ) async throws {
        let log = RecordedLog()
        var server = Server.logging(to: log)
        server.get("/") { _, response async throws in
            try await response.stream { writer in
                try await writer.write("half")
                throw Mishap()
            }
        }
        try await server.test(transport) { client in
            await #expect {
                try await client.get("/")
            } throws: { error in
                if case TestError.truncated(let bytes) = error { return bytes == Array("half".utf8) }
                return false
            }
        }
        #expect(log.errors.contains { $0.metadata["error"] == "Mishap()" && $0.metadata["target"] == "/" })
    }

    @Test(arguments: TestTransport.allCases)
    func `a stream that ends before its announced length is cut`(_ transport: TestTransport) async throws {
        var server = Server.silent()
        server.get("/") { _, response async throws in
            try await response.stream(length: 10) { try await $0.write("five") }
        }
        try await server.test(transport) { client in
            await #expect(throws: TestError.self) { try await client.get("/") }
        }
    }

    @Test(arguments: TestTransport.allCases)
    func `after its end a stream takes nothing, and the response no change`(
        _ transport: TestTransport
    ) async throws {
        let seen = Recorder<ResponseError?>()
        var server = Server.silent()
        server.get("/") { _, response async throws in
            let writers = Recorder<ResponseWriter>()
            try await response.stream { writer in
                writers.record(writer)
                try await writer.write("all")
            }
            do throws(ResponseError) { try await writers.values[0].write("more") } catch {
                seen.record(error)
            }
            response.fields[.eTag] = "\"late\""
            seen.record(response.failure)
        }
        try await server.test(transport) { client in
            let response = try await client.get("/")
            #expect(response.text == "all")
            #expect(response.fields[.eTag] == nil)
        }
        try await eventually("both are refused") { seen.values == [.alreadySent, .alreadySent] }
    }

    @Test(arguments: TestTransport.allCases)
    func `streams keep their place among pipelined answers`(_ transport: TestTransport) async throws {
        var server = Server.silent()
        server.get("/stream/{n}") { request, response async throws in
            let number = request.parameters["n"]
            try await response.stream { writer in
                for _ in 0..<3 {
                    await Task.yield()
                    try await writer.write(number)
                }
            }
        }
        server.get("/plain", Says("plain"))
        try await server.test(transport) { client in
            let paths = ["/stream/1", "/plain", "/stream/2", "/stream/3", "/plain"]
            let responses: [TestResponse] = try await client.send(
                raw: paths.map { "GET \($0) HTTP/1.1\r\nHost: x\r\n\r\n" }.joined())
            #expect(responses.map(\.text) == ["111", "plain", "222", "333", "plain"])
        }
    }

    @Test(arguments: TestTransport.allCases)
    func `a body comes back while it still arrives`(_ transport: TestTransport) async throws {
        var server = Server.silent()
        server.post("/", body: .stream, maxBodyBytes: .max) { request, response async throws in
            let body = request.bodyStream
            try await response.stream(length: request.contentLength) { writer in
                for try await piece in body { try await writer.write(piece) }
            }
        }
        let bytes = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 / 7) }
        try await server.test(transport) { client in
            try await #expect(client.post("/", body: .bytes(bytes)).body == bytes)
            let halves = [Array(bytes[..<1_000_000]), Array(bytes[1_000_000...])]
            try await #expect(client.post("/", body: .chunked(halves)).body == bytes)
        }
    }

    @Test func `what is written arrives before more is written`() async throws {
        let gate = Gate()
        var server = Server.silent()
        server.get("/events") { _, response async throws in
            response.fields[.contentType] = "text/event-stream"
            try await response.stream { writer in
                try await writer.write("data: first\n\n")
                await gate.wait()
                try await writer.write("data: second\n\n")
            }
        }
        try await server.test(.socket) { client in
            try await client.withConnection { connection in
                try await connection.send("GET /events HTTP/1.1\r\nHost: x\r\n\r\n")
                let head = try await connection.receive(until: "\r\n\r\n")
                #expect(head.contains("text/event-stream"))
                try await #expect(connection.receive(until: "\n\n").hasSuffix("data: first\n\n"))
                gate.open()
                try await #expect(connection.receive(until: "\n\n").hasSuffix("data: second\n\n"))
            }
        }
    }

    @Test func `a writer waits for a peer that does not read`() async throws {
        let piece = [UInt8](repeating: 7, count: 65536)
        let count = 512
        let written = Atomic(0)
        try await confirmation("the stream ends") { end in
            var server = Server.silent()
            server.get("/") { _, response async throws in
                try await response.stream(length: count * piece.count) { writer in
                    for _ in 0..<count {
                        try await writer.write(piece)
                        written.add(1, ordering: .relaxed)
                    }
                }
                end()
            }
            try await server.test(.socket) { client in
                try await client.withConnection { connection in
                    try await connection.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                    var before = -1
                    while written.load(ordering: .relaxed) != before || before < 1 {
                        before = written.load(ordering: .relaxed)
                        try await Task.sleep(for: .milliseconds(50))
                    }
                    #expect(before < count / 2)
                    try await #expect(connection.response().body.count == count * piece.count)
                }
            }
        }
    }

    @Test(arguments: TestTransport.allCases)
    func `a writer that was kept does not keep a stream open that was cut`(
        _ transport: TestTransport
    ) async throws {
        let kept = Recorder<ResponseWriter>()
        var server = Server.silent()
        server.get("/") { _, response async throws in
            try await response.stream { writer in
                kept.record(writer)
                try await writer.write("half")
                throw Mishap()
            }
        }
        try await server.test(transport) { client in
            await #expect {
                try await client.get("/")
            } throws: { error in
                if case TestError.truncated(let bytes) = error { return bytes == Array("half".utf8) }
                return false
            }
            let writer = try #require(kept.values.first)
            #expect(writer.isClosed)
            await #expect(throws: ResponseError.alreadySent) { try await writer.write("more") }
        }
    }

    @Test func `a task that is cancelled while it waits for the peer stops writing`() async throws {
        let piece = [UInt8](repeating: 7, count: 65536)
        let written = Recorder<Void>()
        let seen = Recorder<ResponseError>()
        var server = Server.silent()
        server.get("/") { _, response async throws in
            try await response.stream { writer in
                let writing = Task {
                    do throws(ResponseError) {
                        while true {
                            try await writer.write(piece)
                            written.record(())
                        }
                    } catch {
                        seen.record(error)
                    }
                }
                var before = -1
                while written.values.count != before || before < 1 {
                    before = written.values.count
                    try await Task.sleep(for: .milliseconds(50))
                }
                writing.cancel()
                await writing.value
            }
        }
        try await server.test(.socket) { client in
            try await client.withConnection { connection in
                try await connection.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                try await eventually("it stops") { !seen.values.isEmpty }
                try await #expect(connection.response().body.count >= piece.count)
            }
        }
        #expect(seen.values == [.cancelled])
    }

    @Test func `a writer learns that its peer has gone`() async throws {
        let seen = Recorder<String>()
        let log = RecordedLog()
        var server = Server.logging(to: log)
        server.get("/") { _, response async throws in
            try await response.stream { writer in
                do {
                    while true { try await writer.write([UInt8](repeating: 7, count: 65536)) }
                } catch {
                    seen.record("\(error) \(writer.isClosed)")
                    throw error
                }
            }
        }
        try await server.test(.socket) { client in
            try await client.withConnection { connection in
                try await connection.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                _ = try await connection.receive()
            }
            try await eventually("it is told") { !seen.values.isEmpty }
        }
        #expect(seen.values == ["\(ResponseError.closed) true"])
        #expect(log.errors.isEmpty)
    }
}
