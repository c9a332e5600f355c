import HTTPTypes
import Martlet
import MartletTesting
import Testing

@Suite(.bounded) struct MiddlewareTests {
    /// Notes when it is entered and left.
    private struct Trace: Middleware {
        let name: String
        let seen: Recorder<String>

        func handle(_ request: borrowing Request, _ response: inout Response, next: Next) throws {
            seen.record("\(name)>")
            defer { seen.record("<\(name)") }
            try next(request, &response)
        }

        func handle(
            _ request: borrowing Request, _ response: inout Response, next: AsyncNext
        ) async throws {
            seen.record("\(name)>")
            defer { seen.record("<\(name)") }
            try await next(request, &response)
        }
    }

    /// Lets only those in who know the word.
    private struct Guard: HookMiddleware {
        func willHandle(_ request: borrowing Request, _ response: inout Response) throws {
            if request.fields[.authorization] != "word" { throw HTTPError(.unauthorized) }
        }

        func didHandle(
            _ request: borrowing Request, _ response: inout Response, state: Void, error: (any Error)?
        ) {
            response.fields[.vary] = "Authorization"
        }
    }

    /// Answers by itself what carries If-Match.
    private struct Shortcut: Middleware {
        func handle(_ request: borrowing Request, _ response: inout Response, next: Next) throws {
            if request.fields.contains(.ifMatch) { return response.send("shortcut") }
            try next(request, &response)
        }

        func handle(
            _ request: borrowing Request, _ response: inout Response, next: AsyncNext
        ) async throws {
            if request.fields.contains(.ifMatch) { return response.send("shortcut") }
            try await next(request, &response)
        }
    }

    /// Turns mishaps into answers.
    private struct Rescue: Middleware {
        func handle(_ request: borrowing Request, _ response: inout Response, next: Next) throws {
            do { try next(request, &response) } catch is Mishap { response.send("rescued") }
        }

        func handle(
            _ request: borrowing Request, _ response: inout Response, next: AsyncNext
        ) async throws {
            do { try await next(request, &response) } catch is Mishap { response.send("rescued") }
        }
    }

    /// One synchronous, one blocking and one async route, each with what `act` does.
    private func addRoutes(to builder: inout some RouteBuilder, act: @escaping @Sendable () throws -> Void) {
        builder.get("/sync") { _, response in
            try act()
            response.send("handled")
        }
        builder.get("/workers", on: .workers) { _, response in
            try act()
            response.send("handled")
        }
        builder.get("/async") { _, response async throws in
            await Task.yield()
            try act()
            response.send("handled")
        }
    }

    private let paths = ["/sync", "/workers", "/async"]

    @Test(arguments: TestTransport.allCases)
    func `the first is the outermost, around synchronous and async routes`(
        _ transport: TestTransport
    ) async throws {
        let seen = Recorder<String>()
        var server = Server.silent()
        server.use(Trace(name: "a", seen: seen))
        server.use(Trace(name: "b", seen: seen))
        addRoutes(to: &server) { seen.record("handler") }
        try await server.test(transport) { client in
            for (index, path) in paths.enumerated() {
                try await #expect(client.get(path).text == "handled")
                #expect(seen.values.dropFirst(5 * index) == ["a>", "b>", "handler", "<b", "<a"])
            }
        }
    }

    @Test(arguments: TestTransport.allCases)
    func `it wraps only the routes that come after it`(_ transport: TestTransport) async throws {
        let seen = Recorder<String>()
        var server = Server.silent()
        server.get("/before", Says("before"))
        server.use(Trace(name: "a", seen: seen))
        server.get("/after", Says("after"))
        try await server.test(transport) { client in
            _ = try await client.get("/before")
            #expect(seen.values.isEmpty)
            _ = try await client.get("/after")
            #expect(seen.values == ["a>", "<a"])
        }
    }

    @Test(arguments: TestTransport.allCases)
    func `a group's is inside the server's, and an inner group's inside that`(
        _ transport: TestTransport
    ) async throws {
        let seen = Recorder<String>()
        var server = Server.silent()
        server.use(Trace(name: "server", seen: seen))
        server.group("/outer", middleware: Trace(name: "outer", seen: seen)) { outer in
            outer.group("/inner") { inner in
                inner.use(Trace(name: "inner", seen: seen))
                inner.get("/", Says("here"))
            }
            outer.get("/", Says("there"))
        }
        try await server.test(transport) { client in
            _ = try await client.get("/outer/inner")
            #expect(seen.values == ["server>", "outer>", "inner>", "<inner", "<outer", "<server"])
            _ = try await client.get("/outer")
            #expect(seen.values.dropFirst(6) == ["server>", "outer>", "<outer", "<server"])
        }
    }

    @Test(arguments: TestTransport.allCases)
    func `it may answer by itself, without the controller`(_ transport: TestTransport) async throws {
        let seen = Recorder<String>()
        var server = Server.silent()
        server.use(Shortcut())
        addRoutes(to: &server) { seen.record("handler") }
        try await server.test(transport) { client in
            for path in paths {
                try await #expect(client.get(path, fields: [.ifMatch: "x"]).text == "shortcut")
            }
            #expect(seen.values.isEmpty)
        }
    }

    @Test(arguments: TestTransport.allCases)
    func `it may catch what the controller throws`(_ transport: TestTransport) async throws {
        var server = Server.silent()
        server.use(Rescue())
        addRoutes(to: &server) { throw Mishap() }
        try await server.test(transport) { client in
            for path in paths {
                let response = try await client.get(path)
                #expect(response.status == .ok)
                #expect(response.text == "rescued")
            }
        }
    }

    @Test(arguments: TestTransport.allCases)
    func `an error thrown before the controller is the answer`(_ transport: TestTransport) async throws {
        let seen = Recorder<String>()
        var server = Server.silent()
        server.use(Guard())
        addRoutes(to: &server) { seen.record("handler") }
        try await server.test(transport) { client in
            for path in paths {
                try await #expect(client.get(path).status == .unauthorized)
            }
            #expect(seen.values.isEmpty)
            for path in paths {
                let response = try await client.get(path, fields: [.authorization: "word"])
                #expect(response.text == "handled")
                #expect(response.fields[.vary] == "Authorization")
            }
        }
    }

    @Test(arguments: TestTransport.allCases)
    func `fallbacks are wrapped too`(_ transport: TestTransport) async throws {
        let seen = Recorder<String>()
        var server = Server.silent()
        server.use(Trace(name: "a", seen: seen))
        server.fallback { _, response in response.send("nothing") }
        try await server.test(transport) { client in
            try await #expect(client.get("/").text == "nothing")
        }
        #expect(seen.values == ["a>", "<a"])
    }

    @Test(arguments: TestTransport.allCases)
    func `it sees streams to their end`(_ transport: TestTransport) async throws {
        let seen = Recorder<String>()
        var server = Server.silent()
        server.use(Trace(name: "a", seen: seen))
        server.get("/") { _, response async throws in
            try await response.stream { try await $0.write("stream") }
            seen.record("streamed")
        }
        try await server.test(transport) { client in
            try await #expect(client.get("/").text == "stream")
        }
        #expect(seen.values == ["a>", "streamed", "<a"])
    }
}
