import HTTPTypes
import Martlet
import MartletTesting
import Testing

/// No value that a handler sets can end its line: what could forge a field or a response is refused where it is set.
@Suite(.bounded) struct ForgeryTests {
    /// A value with one control character in it, and what somebody would hide behind it.
    private static let controls: [UInt8] = [UInt8](0..<32).filter { $0 != UInt8(ascii: "\t") } + [127]

    private static func forged(_ octet: UInt8) -> String {
        "/next" + String(Unicode.Scalar(octet)) + "Set-Cookie: forged=1\r\n\r\nHTTP/1.1 200 OK\r\n\r\nforged"
    }

    private typealias Setter = @Sendable (String, inout Response) -> Void

    /// Every way to set a field.
    private static let setters: [(String, Setter)] = [
        ("set", { value, response in response.fields[.location] = value }),
        ("append", { value, response in response.fields.append(value, for: .location) }),
        ("redirect", { value, response in response.redirect(to: value) }),
    ]

    private func check(_ raw: [UInt8], statuses: [String], _ comment: Comment) {
        let text = String(decoding: raw, as: UTF8.self)
        let lines = text.split(separator: "\r\n", omittingEmptySubsequences: false).map(String.init)
        #expect(lines.filter { $0.hasPrefix("HTTP/1.1 ") } == statuses.map { "HTTP/1.1 \($0)" }, comment)
        #expect(!text.contains("forged"), comment)
    }

    @Test(arguments: TestTransport.allCases)
    func `a control character in a field is refused, told, logged, and not sent`(
        _ transport: TestTransport
    ) async throws {
        let log = RecordedLog()
        let refused = Recorder<ResponseError?>()
        var server = Server.logging(to: log)
        for (name, set) in Self.setters {
            server.get("/\(name)/{octet}") { request, response in
                set(Self.forged(UInt8(request.parameters["octet"]) ?? 0), &response)
                refused.record(response.failure)
                response.send("body")
            }
            server.get("/async/\(name)/{octet}") { request, response async throws in
                await Task.yield()
                set(Self.forged(UInt8(request.parameters["octet"]) ?? 0), &response)
                refused.record(response.failure)
                response.send("body")
            }
        }
        let paths = Self.setters.flatMap { name, _ in
            Self.controls.flatMap { ["/\(name)/\($0)", "/async/\(name)/\($0)"] }
        }
        try await server.test(transport) { client in
            for path in paths {
                let raw = try await client.send(raw: Array("GET \(path) HTTP/1.1\r\nHost: x\r\n\r\n".utf8))
                check(raw, statuses: ["500 Internal Server Error"], "\(path)")
            }
        }
        #expect(refused.values == Array(repeating: .refusedField(.location), count: paths.count))
        #expect(log.errors.count == paths.count)
    }

    @Test(arguments: TestTransport.allCases)
    func `a stream does not begin behind a field that was refused`(_ transport: TestTransport) async throws {
        var server = Server.silent()
        server.get("/") { _, response async throws in
            response.fields[.location] = Self.forged(10)
            try await response.stream { try await $0.write("forged") }
        }
        try await server.test(transport) { client in
            let raw = try await client.send(raw: Array("GET / HTTP/1.1\r\nHost: x\r\n\r\n".utf8))
            check(raw, statuses: ["500 Internal Server Error"], "stream")
        }
    }

    @Test(arguments: TestTransport.allCases)
    func `neither can an error's fields, nor a middleware's, nor an error handler's`(
        _ transport: TestTransport
    ) async throws {
        struct Late: HookMiddleware {
            func willHandle(_ request: borrowing Request, _ response: inout Response) {}
            func didHandle(
                _ request: borrowing Request, _ response: inout Response, state: Void, error: (any Error)?
            ) {
                response.fields[.location] = ForgeryTests.forged(13)
            }
        }
        var server = Server.silent()
        server.get("/error") { _, _ in
            throw HTTPError(.conflict, fields: [.location: Self.forged(10)])
        }
        server.group("/late") { group in
            group.use(Late())
            group.get("/") { _, response in response.send("body") }
        }
        server.onError { _, response in response.fields[.eTag] = Self.forged(0) }
        try await server.test(transport) { client in
            for path in ["/error", "/late", "/nowhere"] {
                let raw = try await client.send(raw: Array("GET \(path) HTTP/1.1\r\nHost: x\r\n\r\n".utf8))
                let text = String(decoding: raw, as: UTF8.self)
                #expect(text.split(separator: "\r\nHTTP/1.1").count == 1, "\(path): \(text)")
                #expect(!text.contains("\r\nSet-Cookie"), "\(path): \(text)")
            }
        }
    }

    /// Somebody who cuts a character down to its low octet would see line breaks in these.
    @Test(arguments: TestTransport.allCases)
    func `characters beyond ASCII are sent as they are`(_ transport: TestTransport) async throws {
        let value = "/嘊嘍\u{2028}é"
        var server = Server.silent()
        server.get("/") { _, response in
            response.fields[.location] = value
            response.send("body")
        }
        try await server.test(transport) { client in
            let raw = try await client.send(raw: Array("GET / HTTP/1.1\r\nHost: x\r\n\r\n".utf8))
            let text = String(decoding: raw, as: UTF8.self)
            #expect(text.contains("\r\nLocation: \(value)\r\n"))
            check(raw, statuses: ["200 OK"], "beyond ASCII")
        }
    }
}
