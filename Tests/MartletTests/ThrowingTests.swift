import HTTPTypes
import Martlet
import MartletTesting
import Testing

/// A throw in every place where an application's code runs: each is an answer or a cut, and a line in the log unless
/// the answer is what was meant. The server goes on.
@Suite(.bounded) struct ThrowingTests {
    /// What comes of a throw.
    private enum Outcome: Equatable {
        case answer(Int)
        case cut
    }

    private struct Place {
        let path: String
        let outcome: Outcome
        /// What the log's one line says was thrown; nil: no line.
        let logged: String?

        init(_ path: String, _ outcome: Outcome, logged: String? = nil) {
            self.path = path
            self.outcome = outcome
            self.logged = logged
        }
    }

    private struct Unspeakable: Encodable {
        func encode(to encoder: any Encoder) throws { throw Mishap() }
    }

    private struct Unreadable: Decodable {
        init(from decoder: any Decoder) throws { throw Mishap() }
    }

    /// Throws before or after what it wraps.
    private struct Thrower: Middleware {
        let isLate: Bool

        func handle(_ request: borrowing Request, _ response: inout Response, next: Next) throws {
            if isLate { try next(request, &response) }
            throw Mishap()
        }

        func handle(
            _ request: borrowing Request, _ response: inout Response, next: AsyncNext
        ) async throws {
            if isLate { try await next(request, &response) }
            await Task.yield()
            throw Mishap()
        }
    }

    private struct Hook: HookMiddleware {
        func willHandle(_ request: borrowing Request, _ response: inout Response) throws { throw Mishap() }

        func didHandle(
            _ request: borrowing Request, _ response: inout Response, state: Void, error: (any Error)?
        ) {}
    }

    /// Calls each place, sees what comes of it and what was logged, and that the next request is served.
    private func check(
        _ server: Server, _ log: RecordedLog, _ transport: TestTransport, _ places: [Place],
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        var server = server
        server.get("/good", Says("good"))
        try await server.test(transport) { client in
            for place in places {
                let before = log.named.count
                let outcome = try await Self.outcome(of: place.path, client)
                #expect(outcome == place.outcome, "\(place.path)", sourceLocation: sourceLocation)
                let expected = place.logged.map { [$0] } ?? []
                if place.outcome == .cut {
                    try await eventually("the cut is logged") { log.named.count > before }
                }
                let lines = log.named.dropFirst(before)
                #expect(Array(lines) == expected, "\(place.path)", sourceLocation: sourceLocation)
                try await #expect(client.get("/good").text == "good", sourceLocation: sourceLocation)
            }
        }
    }

    private static func outcome(of path: String, _ client: TestClient) async throws -> Outcome {
        do {
            let body = TestBody.text("{}", contentType: "application/json")
            return try await .answer(client.post(path, body: body).status.code)
        } catch TestError.truncated {
            return .cut
        }
    }

    // MARK: - Handlers

    /// What a handler may do that does not suspend, and what comes of it wherever it runs.
    private struct Act {
        let name: String
        let status: Int
        let logged: String?
        let handler: Handler

        init(_ name: String, _ status: Int, logged: String? = nil, _ handler: @escaping Handler) {
            self.name = name
            self.status = status
            self.logged = logged
            self.handler = handler
        }
    }

    private static let acts = [
        Act("first", 500, logged: "Mishap()") { _, _ in throw Mishap() },
        Act("status", 500, logged: "Mishap()") { _, response in
            response.status = .created
            throw Mishap()
        },
        Act("field", 500, logged: "Mishap()") { _, response in
            response.fields[.eTag] = "x"
            throw Mishap()
        },
        Act("body", 500, logged: "Mishap()") { _, response in
            response.send("whole")
            throw Mishap()
        },
        Act("meant", 409) { _, response in
            response.send("whole")
            throw HTTPError(.conflict)
        },
        Act("redirect", 303) { _, _ in throw HTTPError(.seeOther, fields: [.location: "/good"]) },
        Act("informational", 500, logged: "\(ResponseError.invalidStatus(100))") { _, _ in
            throw HTTPError(.continue)
        },
        Act("impossible", 500, logged: "\(ResponseError.invalidStatus(999))") { _, _ in
            throw HTTPError(.init(code: 999))
        },
        Act("cancelled", 500, logged: "CancellationError()") { _, _ in throw CancellationError() },
        Act("encoding", 500, logged: "Mishap()") { _, response in
            try response.send(json: Unspeakable())
        },
        Act("decoding", 500, logged: "Mishap()") { request, _ in
            _ = try request.decode(Unreadable.self)
        },
        Act("form", 422) { request, _ in _ = try request.decode([Int].self) },
        Act("file", 404) { _, response in try response.send(file: "/nowhere/at/all") },
        Act("refused", 500, logged: "\(ResponseError.refusedField(.date))") { _, response in
            response.fields[.date] = "now"
            response.send("x")
        },
    ]

    private static func places(below prefixes: [String]) -> [Place] {
        prefixes.flatMap { prefix in
            acts.map { Place("\(prefix)/\($0.name)", .answer($0.status), logged: $0.logged) }
        }
    }

    @Test(arguments: TestTransport.allCases)
    func `in a synchronous handler, on the reactor and on the workers`(
        _ transport: TestTransport
    ) async throws {
        let log = RecordedLog()
        var server = Server.logging(to: log)
        for act in Self.acts {
            server.post("/reactor/\(act.name)", act.handler)
            server.post("/workers/\(act.name)", on: .workers, act.handler)
        }
        try await check(server, log, transport, Self.places(below: ["/reactor", "/workers"]))
    }

    @Test(arguments: TestTransport.allCases)
    func `in an async handler, before and after it suspends`(_ transport: TestTransport) async throws {
        let log = RecordedLog()
        var server = Server.logging(to: log)
        for act in Self.acts {
            server.post("/before/\(act.name)") { request, response async throws in
                try act.handler(request, &response)
                await Task.yield()
            }
            server.post("/after/\(act.name)") { request, response async throws in
                await Task.yield()
                try act.handler(request, &response)
            }
        }
        try await check(server, log, transport, Self.places(below: ["/before", "/after"]))
    }

    @Test(arguments: TestTransport.allCases)
    func `in a child task, in a cancelled one, and while the body is read`(
        _ transport: TestTransport
    ) async throws {
        let log = RecordedLog()
        var server = Server.logging(to: log)
        server.post("/child") { _, response async throws in
            async let text: String = { throw Mishap() }()
            try await response.send(text)
        }
        server.post("/group") { _, response async throws in
            try await withThrowingTaskGroup { group in
                group.addTask { throw Mishap() }
                group.addTask { try await Task.sleep(for: .seconds(60)) }
                for try await _ in group {}
            }
            response.send("never")
        }
        server.post("/cancelled") { _, response async throws in
            let task = Task { try await Task.sleep(for: .seconds(60)) }
            task.cancel()
            try await task.value
            response.send("never")
        }
        server.post("/reading", body: .stream) { request, response async throws in
            for try await _ in request.bodyStream { throw Mishap() }
            response.send("never")
        }
        server.post("/read", body: .stream) { request, _ async throws in
            for try await _ in request.bodyStream {}
            throw Mishap()
        }
        try await check(
            server, log, transport,
            [
                Place("/child", .answer(500), logged: "Mishap()"),
                Place("/group", .answer(500), logged: "Mishap()"),
                Place("/cancelled", .answer(500), logged: "CancellationError()"),
                Place("/reading", .answer(500), logged: "Mishap()"),
                Place("/read", .answer(500), logged: "Mishap()"),
            ])
    }

    // MARK: - Streams

    @Test(arguments: TestTransport.allCases)
    func `in a stream it cuts the connection, and behind its end it changes nothing`(
        _ transport: TestTransport
    ) async throws {
        let log = RecordedLog()
        var server = Server.logging(to: log)
        server.post("/start") { _, response async throws in
            try await response.stream { _ in throw Mishap() }
        }
        server.post("/half") { _, response async throws in
            try await response.stream { writer in
                try await writer.write("half")
                await Task.yield()
                throw HTTPError(.conflict)
            }
        }
        server.post("/length") { _, response async throws in
            try await response.stream(length: 8) { writer in
                try await writer.write("half")
                throw Mishap()
            }
        }
        server.post("/body", body: .stream) { request, response async throws in
            let body = request.bodyStream
            try await response.stream { writer in
                for try await piece in body {
                    try await writer.write(piece)
                    throw Mishap()
                }
            }
        }
        server.post("/failed") { _, response async throws in
            response.fields[.date] = "now"
            try await response.stream { try await $0.write("never") }
        }
        try await check(
            server, log, transport,
            [
                Place("/start", .cut, logged: "Mishap()"), Place("/half", .cut, logged: "409 Conflict"),
                Place("/length", .cut, logged: "Mishap()"), Place("/body", .cut, logged: "Mishap()"),
                Place("/failed", .answer(500), logged: "\(ResponseError.refusedField(.date))"),
            ])
        try await checkThrowBehindTheEnd(transport)
    }

    /// The answer is whole before anything is thrown, so that the line comes whenever it comes.
    private func checkThrowBehindTheEnd(_ transport: TestTransport) async throws {
        let log = RecordedLog()
        var server = Server.logging(to: log)
        server.post("/") { _, response async throws in
            try await response.stream { try await $0.write("whole") }
            throw Mishap()
        }
        try await server.test(transport) { client in
            try await #expect(client.post("/").text == "whole")
            try await eventually("it is logged") { log.named == ["Mishap()"] }
        }
    }

    // MARK: - Middleware

    @Test(arguments: TestTransport.allCases)
    func `in middleware, before and after what it wraps`(_ transport: TestTransport) async throws {
        let log = RecordedLog()
        var server = Server.logging(to: log)
        let middlewares: [(String, any Middleware)] = [
            ("early", Thrower(isLate: false)), ("late", Thrower(isLate: true)), ("hook", Hook()),
        ]
        for (name, middleware) in middlewares {
            server.group("/\(name)") { group in
                group.use(middleware)
                group.post("/reactor") { _, response in response.send("whole") }
                group.post("/workers", on: .workers) { _, response in response.send("whole") }
                group.post("/async") { _, response async throws in
                    await Task.yield()
                    response.send("whole")
                }
            }
        }
        let places = middlewares.flatMap { name, _ in
            ["reactor", "workers", "async"].map { Place("/\(name)/\($0)", .answer(500), logged: "Mishap()") }
        }
        try await check(server, log, transport, places)
    }

    @Test(arguments: TestTransport.allCases)
    func `in middleware behind a stream, and in a fallback`(_ transport: TestTransport) async throws {
        let log = RecordedLog()
        var server = Server.logging(to: log)
        server.group("/late") { group in
            group.use(Thrower(isLate: true))
            group.post("/stream") { _, response async throws in
                try await response.stream { _ in throw Mishap() }
            }
        }
        server.fallback { _, response in
            response.send("half")
            throw HTTPError(.gone)
        }
        try await check(
            server, log, transport,
            [Place("/late/stream", .cut, logged: "Mishap()"), Place("/nowhere", .answer(410))])
    }
}

extension RecordedLog {
    /// What the lines about handlers say was thrown; those of the engine name no error.
    fileprivate var named: [String] { errors.compactMap { $0.metadata["error"] } }
}
