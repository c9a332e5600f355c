import Dispatch
import HTTPTypes
import Martlet
import MartletTesting
import Testing

@Suite(.bounded) struct ExecutionTests {
    /// What a handler on a worker blocks at.
    private final class Barrier: Sendable {
        private let semaphore = DispatchSemaphore(value: 0)
        let entered = Recorder<Void>()

        func block() {
            entered.record(())
            semaphore.wait()
            semaphore.signal()
        }

        func open() { semaphore.signal() }
    }

    @Test(arguments: TestTransport.allCases)
    func `a handler that blocks a worker holds up nobody`(_ transport: TestTransport) async throws {
        let barrier = Barrier()
        var server = Server.silent { $0.reactors = 1 }
        server.get("/blocking", on: .workers) { _, response in
            barrier.block()
            response.send("unblocked")
        }
        server.get("/quick", Says("quick"))
        try await server.test(transport) { client in
            async let blocked = client.get("/blocking")
            try await eventually("the worker has it") { !barrier.entered.values.isEmpty }
            try await #expect(client.get("/quick").text == "quick")
            barrier.open()
            try await #expect(blocked.text == "unblocked")
        }
    }

    @Test(arguments: TestTransport.allCases)
    func `when workers and their queue are full, the answer is 503 with Retry-After`(
        _ transport: TestTransport
    ) async throws {
        let barrier = Barrier()
        var server = Server.silent { configuration in
            configuration.workers = 1
            configuration.workerQueueCapacity = 2
        }
        server.get("/", on: .workers) { _, response in
            barrier.block()
            response.send("done")
        }
        try await server.test(transport) { client in
            let answers = try await withThrowingTaskGroup(of: TestResponse.self) { group in
                for _ in 0..<12 { group.addTask { try await client.get("/") } }
                try await eventually("some are turned away") { server.statistics.workerRejections > 0 }
                barrier.open()
                return try await group.reduce(into: []) { $0.append($1) }
            }
            let refused = answers.filter { $0.status == .serviceUnavailable }
            #expect(refused.count == server.statistics.workerRejections)
            #expect(refused.allSatisfy { $0.fields[.retryAfter] != nil })
            #expect(answers.filter { $0.text == "done" }.count == answers.count - refused.count)
        }
    }

    @Test(arguments: TestTransport.allCases)
    func `an async handler that waits holds up nobody`(_ transport: TestTransport) async throws {
        let gate = Gate()
        var server = Server.silent { $0.reactors = 1 }
        server.get("/patient") { _, response async throws in
            await gate.wait()
            response.send("waited")
        }
        server.post("/open") { _, response in
            gate.open()
            response.send("opened")
        }
        try await server.test(transport) { client in
            let answers = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<50 { group.addTask { try await client.get("/patient").text } }
                try await eventually("all wait") { server.statistics.requestsActive == 50 }
                try await #expect(client.post("/open").text == "opened")
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers == Array(repeating: "waited", count: 50))
        }
    }

    @Test(arguments: TestTransport.allCases)
    func `answers keep the order of requests, whoever is done first`(_ transport: TestTransport) async throws
    {
        let gate = Gate()
        var server = Server.silent()
        server.get("/late") { _, response async throws in
            await gate.wait()
            response.send("late")
        }
        server.get("/early") { _, response in
            gate.open()
            response.send("early")
        }
        try await server.test(transport) { client in
            let responses: [TestResponse] = try await client.send(
                raw: "GET /late HTTP/1.1\r\nHost: x\r\n\r\nGET /early HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(responses.map(\.text) == ["late", "early"])
        }
    }

    @Test(arguments: TestTransport.allCases)
    func `a stopping server cancels async handlers`(_ transport: TestTransport) async throws {
        let seen = Recorder<String>()
        let gate = Gate()
        var server = Server.silent()
        server.get("/") { _, _ async throws in
            gate.open()
            do {
                try await Task.sleep(for: .seconds(60))
            } catch {
                seen.record("\(type(of: error))")
                throw error
            }
        }
        try await server.test(transport) { client in
            let request = Task { try await client.get("/") }
            await gate.wait()
            await server.stop()
            await #expect(throws: TestError.self) { try await request.value }
        }
        try await eventually("the handler hears of it") { seen.values == ["CancellationError"] }
    }

    @Test func `a handler that holds its reactor too long is named in the log`() async throws {
        let log = RecordedLog()
        var server = Server.silent { configuration in
            configuration.logger = log.logger()
            configuration.handlerWarning = .milliseconds(20)
        }
        let barrier = Barrier()
        server.get("/sluggish/{id}") { _, response in
            barrier.block()
            response.send("at last")
        }
        try await server.test(.socket) { client in
            async let answer = client.get("/sluggish/1")
            try await eventually("it is named") {
                log.warnings.contains { $0.message.contains("/sluggish/{id}") }
            }
            barrier.open()
            try await #expect(answer.text == "at last")
        }
    }
}
