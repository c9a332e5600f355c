import Martlet
import MartletTesting
import Testing

/// A drain amid clients and handlers of every kind: what was accepted is answered before the deadline, and what is
/// left is cut and counted behind it.
@Suite(.bounded) struct ShutdownUnderLoadTests {
    private enum Guest: String, CaseIterable {
        case async, stream, workers
        case idle, halfHead, halfBody

        /// Whether its request is complete, so that a handler waits for the test.
        var isHandled: Bool { self == .async || self == .stream || self == .workers }
        /// Whether it has asked for something that it did not get.
        var isUnanswered: Bool { isHandled || self == .halfBody }
    }

    private static let each = 4
    /// Of each kind as many.
    private static let guests = Guest.allCases.flatMap { Array(repeating: $0, count: each) }

    /// Where the test and its guests wait for each other.
    private struct Stage {
        let entered = Recorder<Guest>()
        let draining = Gate()
        let handlers = Gate()
        let log = RecordedLog()

        /// Workers take one request each at a time; the others of theirs wait in the queue.
        func awaitGuests(workers: Int) async throws {
            let handled = guests.filter(\.isHandled).count - each + workers
            let others = guests.filter { !$0.isHandled }.count
            try await eventually("all have come") { entered.values.count == handled + others }
        }
    }

    private func server(_ stage: Stage) -> Server {
        var server = Server.logging(to: stage.log)
        server.get("/quick", Says("quick"))
        server.post("/echo") { request, response in response.send(request.bodyString) }
        server.get("/async") { _, response async throws in
            stage.entered.record(.async)
            await stage.handlers.wait()
            response.send("async")
        }
        server.get("/stream") { _, response async throws in
            try await response.stream { writer in
                try await writer.write("str")
                stage.entered.record(.stream)
                await stage.handlers.wait()
                try await writer.write("eam")
            }
        }
        server.get("/workers", on: .workers) { _, response in
            stage.entered.record(.workers)
            while !stage.handlers.isOpen { blockThread(milliseconds: 1) }
            response.send("workers")
        }
        return server
    }

    /// What the guest got in the end.
    private func visit(_ guest: Guest, _ client: TestClient, _ stage: Stage) async throws -> String {
        switch guest {
        case .async, .stream, .workers:
            return try await client.get("/\(guest)").text
        case .idle:
            return try await client.withConnection { connection in
                try await connection.send("GET /quick HTTP/1.1\r\nHost: x\r\n\r\n")
                let text = try await connection.response().text
                stage.entered.record(guest)
                return try await connection.receive() == nil ? text : "more than an end"
            }
        case .halfHead:
            return try await halves("GET /quick HTTP/1.1\r\nHo", "st: x\r\n\r\n", guest, client, stage)
        case .halfBody:
            let head = "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 8\r\n\r\n"
            return try await halves(head + "half", "body", guest, client, stage)
        }
    }

    private func halves(
        _ first: String, _ second: String, _ guest: Guest, _ client: TestClient, _ stage: Stage
    ) async throws -> String {
        try await client.withConnection { connection in
            try await connection.send(first)
            stage.entered.record(guest)
            await stage.draining.wait()
            try? await connection.send(second)
            return try await connection.response().text
        }
    }

    /// All guests at once: what each got, or that it got nothing whole.
    private func invite(_ server: Server, _ stage: Stage) throws -> Task<[Guest: [String]], Never> {
        let client = try TestClient(address: #require(server.addresses.first))
        return Task {
            await withTaskGroup { group in
                for guest in Self.guests {
                    group.addTask { (guest, (try? await visit(guest, client, stage)) ?? "nothing whole") }
                }
                return await group.reduce(into: [:]) { $0[$1.0, default: []].append($1.1) }
            }
        }
    }

    private func all(_ text: String) -> [String] { Array(repeating: text, count: Self.each) }

    @Test func `everything that was accepted is answered`() async throws {
        let stage = Stage()
        let server = server(stage)
        try await server.start()
        let visits = try invite(server, stage)
        try await stage.awaitGuests(workers: server.configuration.workers)
        server.drain(deadline: .seconds(60))
        stage.draining.open()
        stage.handlers.open()
        let results = await visits.value
        #expect(results[.async] == all("async"))
        #expect(results[.stream] == all("stream"))
        #expect(results[.workers] == all("workers"))
        #expect(results[.idle] == all("quick"))
        #expect(results[.halfHead] == all("quick"))
        #expect(results[.halfBody] == all("halfbody"))
        try await server.waitUntilStopped()
        #expect(server.statistics.responses.successful == server.statistics.requestsTotal)
        #expect(server.statistics.requestsActive == 0)
        #expect(!stage.log.lines.contains { $0.message.contains("shutdown deadline") })
    }

    @Test func `what the deadline cuts is counted in one line`() async throws {
        let stage = Stage()
        let server = server(stage)
        try await server.start()
        let visits = try invite(server, stage)
        try await stage.awaitGuests(workers: server.configuration.workers)
        let start = ContinuousClock.now
        server.drain(deadline: .milliseconds(200))
        let isCut = { stage.log.warnings.contains { $0.message.contains("shutdown deadline") } }
        try await eventually("the deadline has passed", isCut)
        stage.draining.open()
        stage.handlers.open()
        try await server.waitUntilStopped()
        #expect(start.duration(to: .now) < .seconds(10))
        let results = await visits.value
        for guest in Guest.allCases where guest != .idle { #expect(results[guest] == all("nothing whole")) }
        #expect(results[.idle] == all("quick"))
        let connections = Self.guests.filter { $0 != .idle }.count
        let requests = Self.guests.filter(\.isUnanswered).count
        #expect(
            stage.log.warnings.map(\.message) == [
                "shutdown deadline: cut \(connections) connections with \(requests) unanswered requests"
            ])
        #expect(stage.entered.values.filter { $0 == .workers }.count == server.configuration.workers)
    }
}
