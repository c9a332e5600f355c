import Foundation
import HTTPTypes
import Martlet
import MartletTesting
import Testing

@Suite(.bounded) struct ResponseTests {
    private struct Item: Codable, Equatable {
        var name: String
    }

    @Test(arguments: TestTransport.allCases)
    func `each kind of body has its type, unless one is set`(_ transport: TestTransport) async throws {
        var server = Server.silent()
        server.get("/text") { _, response in response.send("ä") }
        server.get("/html") { _, response in response.send(html: "<p>") }
        server.get("/static") { _, response in response.send(static: "fixed") }
        server.get("/scalar") { _, response in response.send(static: StaticString(unicodeScalarLiteral: "ä"))
        }
        server.get("/bytes") { _, response in response.send(bytes: [0, 255]) }
        server.get("/typed") { _, response in response.send(bytes: [0], contentType: "image/x") }
        server.get("/json") { _, response in try response.send(json: Item(name: "x")) }
        server.get("/own") { _, response in
            response.fields[.contentType] = "text/x"
            response.send("own")
        }
        let types = [
            "/text": "text/plain; charset=utf-8", "/html": "text/html; charset=utf-8",
            "/static": "text/plain; charset=utf-8", "/bytes": "application/octet-stream",
            "/typed": "image/x", "/json": "application/json", "/own": "text/x",
        ]
        try await server.test(transport) { client in
            for (path, type) in types {
                let response = try await client.get(path)
                #expect(response.fields[.contentType] == type, "\(path)")
                #expect(response.fields[.contentLength] == "\(response.body.count)")
            }
            try await #expect(client.get("/bytes").body == [0, 255])
            try await #expect(client.get("/scalar").text == "ä")
            try await #expect(client.get("/json").json(Item.self) == Item(name: "x"))
        }
    }

    @Test(arguments: TestTransport.allCases)
    func `JSON has its keys in order and its slashes as they are, unless an encoder says otherwise`(
        _ transport: TestTransport
    ) async throws {
        var server = Server.silent()
        let value = ["b": "x/y", "a": "1", "d": "2", "c": "3"]
        server.get("/plain") { _, response in try response.send(json: value) }
        server.get("/own") { _, response in
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
            try response.send(json: ["a": "x/y"], using: encoder)
        }
        try await server.test(transport) { client in
            try await #expect(client.get("/plain").text == #"{"a":"1","b":"x/y","c":"3","d":"2"}"#)
            try await #expect(client.get("/own").text == "{\n  \"a\" : \"x\\/y\"\n}")
        }
    }

    @Test(arguments: TestTransport.allCases)
    func `status and fields go out as they were set`(_ transport: TestTransport) async throws {
        var server = Server.silent()
        server.get("/") { _, response in
            response.status = .created
            response.fields[.location] = "/other"
            response.fields[.location] = "/item/1"
            response.fields.append("a=1", for: .setCookie)
            response.fields.append("b=2", for: .setCookie)
            response.fields[.eTag] = "\"x\""
            response.fields[.eTag] = nil
            response.send(response.fields[.location] ?? "")
        }
        try await server.test(transport) { client in
            let response = try await client.get("/")
            #expect(response.status == .created)
            #expect(response.text == "/item/1")
            #expect(response.fields[.location] == "/item/1")
            #expect(response.fields[values: .setCookie] == ["a=1", "b=2"])
            #expect(response.fields[.eTag] == nil)
        }
    }

    @Test(arguments: TestTransport.allCases)
    func `a status alone is an answer`(_ transport: TestTransport) async throws {
        var server = Server.silent()
        server.get("/") { _, response in response.status = .accepted }
        server.get("/async") { _, response async throws in
            await Task.yield()
            response.status = .accepted
        }
        try await server.test(transport) { client in
            for path in ["/", "/async"] {
                let response = try await client.get(path)
                #expect(response.status == .accepted)
                #expect(response.fields[.contentLength] == "0")
            }
        }
    }

    @Test(arguments: TestTransport.allCases)
    func `a handler that forgets to answer is 500 with a line in the log`(
        _ transport: TestTransport
    ) async throws {
        let log = RecordedLog()
        var server = Server.logging(to: log)
        server.get("/reactor") { _, _ in }
        server.get("/workers", on: .workers) { _, _ in }
        server.get("/async") { _, _ async throws in }
        server.get("/later") { _, _ async throws in await Task.yield() }
        let paths = ["/reactor", "/workers", "/async", "/later"]
        try await server.test(transport) { client in
            for path in paths {
                try await #expect(client.get(path).status == .internalServerError, "\(path)")
            }
        }
        for path in paths {
            #expect(log.errors.filter { $0.message.contains(path) }.count == 1, "\(path)")
        }
    }

    @Test(arguments: TestTransport.allCases)
    func `204 has neither body nor length`(_ transport: TestTransport) async throws {
        var server = Server.silent()
        server.delete("/") { _, response in
            response.status = .noContent
            response.send("never seen")
        }
        try await server.test(transport) { client in
            let response = try await client.delete("/")
            #expect(response.status == .noContent)
            #expect(response.body.isEmpty)
            #expect(response.fields[.contentLength] == nil)
        }
    }

    @Test(arguments: TestTransport.allCases)
    func `a redirect names the place, by default as 303`(_ transport: TestTransport) async throws {
        var server = Server.silent()
        server.get("/old") { _, response in response.redirect(to: "/new?x=1") }
        server.get("/moved") { _, response in
            response.redirect(to: "https://example.org/", status: .permanentRedirect)
        }
        try await server.test(transport) { client in
            let old = try await client.get("/old")
            #expect(old.status == .seeOther)
            #expect(old.fields[.location] == "/new?x=1")
            let moved = try await client.get("/moved")
            #expect(moved.status == .permanentRedirect)
            #expect(moved.fields[.location] == "https://example.org/")
        }
    }

    @Test(arguments: TestTransport.allCases)
    func `Date and Server are there, and Server can be renamed or left out`(
        _ transport: TestTransport
    ) async throws {
        for (name, expected) in [("martlet", "martlet"), ("other/1", "other/1"), ("", nil)] {
            var server = Server.silent { $0.serverName = name }
            server.get("/", Says(""))
            try await server.test(transport) { client in
                let response = try await client.get("/")
                #expect(response.fields[.date]?.hasSuffix(" GMT") == true)
                #expect(response.fields[.server] == expected)
            }
        }
    }

    @Test(arguments: TestTransport.allCases)
    func `a field that could forge a response is refused with 500 and a line in the log`(
        _ transport: TestTransport
    ) async throws {
        let log = RecordedLog()
        var server = Server.logging(to: log)
        server.get("/") { request, response in
            response.fields[.location] = request.queryItems["to"]
            response.send("body")
        }
        try await server.test(transport) { client in
            let response = try await client.get("/?to=x%0D%0ASet-Cookie:%20a=b")
            #expect(response.status == .internalServerError)
            #expect(response.fields[.setCookie] == nil)
            #expect(!response.text.contains("body"))
        }
        #expect(log.errors.contains { $0.metadata["error"]?.contains("Location") == true })
    }

    @Test(arguments: TestTransport.allCases)
    func `what belongs to the server cannot be set, and the failure is told`(
        _ transport: TestTransport
    ) async throws {
        let seen = Recorder<ResponseError?>()
        var server = Server.silent()
        server.get("/length") { _, response in
            response.fields[.contentLength] = "3"
            seen.record(response.failure)
        }
        server.get("/status") { _, response in
            response.status = .init(code: 99)
            seen.record(response.failure)
        }
        try await server.test(transport) { client in
            try await #expect(client.get("/length").status == .internalServerError)
            try await #expect(client.get("/status").status == .internalServerError)
        }
        #expect(seen.values == [.refusedField(.contentLength), .invalidStatus(99)])
    }

    @Test func `Connection close ends the connection after the answer`() async throws {
        var server = Server.silent()
        server.get("/") { _, response in
            response.fields[.connection] = "close"
            response.send("last")
        }
        try await server.test(.socket) { client in
            try await client.withConnection { connection in
                try await connection.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                let response = try await connection.response()
                #expect(response.text == "last")
                #expect(response.fields[.connection] == "close")
                try await #expect(connection.receive() == nil)
            }
        }
    }

    @Test(arguments: TestTransport.allCases)
    func `a file is sent with the type of its name, unless another is given`(
        _ transport: TestTransport
    ) async throws {
        let folder = try TemporaryFolder()
        let text = String(repeating: "line of text\n", count: 20_000)
        try folder.write(text, to: "page.html")
        let path = folder.path
        var server = Server.silent()
        server.get("/page", on: .workers) { _, response in try response.send(file: "\(path)/page.html") }
        server.get("/typed") { _, response in
            try response.send(file: "\(path)/page.html", contentType: "text/x")
        }
        server.get("/none") { _, response in try response.send(file: "\(path)/none") }
        server.get("/cut") { _, response in try response.send(file: "\(path)/page.html\0.txt") }
        server.get("/folder") { _, response in try response.send(file: path) }
        try await server.test(transport) { client in
            let response = try await client.get("/page")
            #expect(response.fields[.contentType] == "text/html; charset=utf-8")
            #expect(response.text == text)
            try await #expect(client.get("/typed").fields[.contentType] == "text/x")
            try await #expect(client.get("/none").status == .notFound)
            try await #expect(client.get("/cut").status == .notFound)
            try await #expect(client.get("/folder").status == .notFound)
        }
    }

    @Test(arguments: TestTransport.allCases)
    func `the last body that is set is the one that is sent`(_ transport: TestTransport) async throws {
        var server = Server.silent()
        server.get("/") { _, response in
            response.send("first")
            response.send("second one")
            #expect(response.bodyByteCount == 10)
        }
        try await server.test(transport) { client in
            try await #expect(client.get("/").text == "second one")
        }
    }
}
