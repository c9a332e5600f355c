import MartletEngine
import Synchronization
import Testing

@testable import MartletPure

@Suite(.timeLimit(.minutes(1))) struct LifecycleTests {
    private func refusal(_ call: () throws -> Void) -> CoreError? {
        #expect(throws: CoreError.self, performing: call)
    }

    @Test func `every step may be repeated`() throws {
        let stage = try ServerStage()
        try stage.start()
        try stage.server.start()
        #expect(!stage.server.hasStopped)
        stage.server.drain(deadlineMilliseconds: 1000)
        stage.server.drain(deadlineMilliseconds: nil)
        try stage.server.wait()
        try stage.server.wait()
        try stage.server.stop()
        try stage.server.stop()
        #expect(stage.server.hasStopped)
        let again = refusal { try stage.server.start() }
        #expect(again?.message == "the server has stopped; a stopped server is not started again")
    }

    @Test func `what never started can end, and is not waited for`() throws {
        let stage = try ServerStage()
        #expect(refusal { try stage.server.wait() }?.status == .invalidState)
        try stage.server.stop()
        #expect(refusal { try stage.server.start() }?.status == .invalidState)
    }

    @Test func `a server that is let go ends`() throws {
        var stage: ServerStage? = try ServerStage()
        try stage?.start()
        let client = try #require(try stage?.connect())
        try client.ask("/hello")
        #expect(try client.hear(through: "hello").hasPrefix("HTTP/1.1 200 OK"))
        stage = nil
        #expect(try client.hear() == "")
    }

    @Test func `starts once, however many threads start it`() throws {
        let stage = try ServerStage()
        try stage.server.listen(host: "127.0.0.1", port: 0)
        let failures = Atomic<Int>(0)
        try onThreads(8) { _ in
            do { try stage.server.start() } catch { failures.add(1, ordering: .relaxed) }
        }
        #expect(failures.load(ordering: .relaxed) == 0)
        #expect(stage.server.runningShards.count == 1)
        try stage.server.stop()
        #expect(stage.server.runningShards.isEmpty)
    }

    @Test(arguments: [false, true])
    func `a handler cannot wait for its own end`(onWorker: Bool) throws {
        let stage = try ServerStage()
        let statuses = Mutex<[CoreStatus]>([])
        var options = CoreRouteOptions()
        options.runsOnWorker = onWorker
        let handler = Doing { [unowned stage] in
            for call in [stage.server.wait, stage.server.stop] {
                do { try call() } catch {
                    statuses.withLock { $0.append((error as? CoreError)?.status ?? .ok) }
                }
            }
        }
        try stage.server.route(.get, "/end", options: options, handler: handler)
        try stage.start()
        let client = try stage.connect()
        try client.ask("/end")
        _ = try client.hear()
        try stage.server.wait()
        #expect(statuses.withLock { $0 } == [.wrongThread, .wrongThread])
    }

    // MARK: The drain

    @Test func `a drain closes who is idle, and answers who is not with close`() throws {
        let stage = try ServerStage()
        let gate = try Gate()
        try stage.server.route(.get, "/slow", options: .onWorker, handler: Doing { gate.wait() })
        try stage.start()
        let (idle, busy) = (try stage.connect(), try stage.connect())
        try idle.ask("/hello")
        _ = try idle.hear(through: "hello")
        try busy.ask("/slow")
        #expect(gate.waiting.reaches(1))
        stage.server.drain(deadlineMilliseconds: 10000)
        #expect(try idle.hear() == "")
        #expect(throws: CoreError.self) { try stage.connect().hear() }
        gate.open.raise()
        let answer = try busy.hear()
        #expect(answer.contains("\r\nConnection: close\r\n") && answer.hasSuffix("done"))
        try stage.server.wait()
        #expect(stage.log.isEmpty)
    }

    @Test func `what is left at the deadline is cut and counted`() throws {
        let stage = try ServerStage()
        let gate = try Gate()
        try stage.server.route(.get, "/slow", options: .onWorker, handler: Doing { gate.wait() })
        try stage.start()
        let busy = try stage.connect()
        try busy.ask("/slow")
        #expect(gate.waiting.reaches(1))
        stage.server.drain(deadlineMilliseconds: 200)
        #expect(try busy.hear() == "")
        gate.open.raise()
        try stage.server.wait()
        #expect(stage.log == ["warning: shutdown deadline: cut 1 connections with 1 unanswered requests"])
    }

    @Test func `reactors share the connections of a lone socket, and lose none while they drain`() throws {
        let stage = try ServerStage { $0.reactors = 3 }
        let folder = try TemporaryFolder()
        let path = folder.path + "/socket"
        try stage.server.listen(path: path, mode: 0)
        try stage.server.start()
        let clients = try (0..<30).map { _ in try CoreClientSocket(path: path, timeoutSeconds: 10) }
        for client in clients { try client.ask("/hello") }
        for client in clients { #expect(try client.hear(through: "hello").hasSuffix("hello")) }
        let shares = stage.server.runningShards.map { $0.counters.connectionsTotal.value }
        #expect(shares == [10, 10, 10])
        let late = try (0..<30).map { _ in try CoreClientSocket(path: path, timeoutSeconds: 10) }
        for client in late { try client.ask("/hello") }
        stage.server.drain(deadlineMilliseconds: 5000)
        for client in late { #expect(try client.hear().hasSuffix("hello")) }
        try stage.server.wait()
    }

    @Test func `connections over the limit wait until one ends`() throws {
        let stage = try ServerStage { $0.maxConnections = 1 }
        try stage.start()
        var first: CoreClientSocket? = try stage.connect()
        try first?.ask("/hello")
        _ = try first?.hear(through: "hello")
        let second = try stage.connect()
        try second.ask("/hello")
        first = nil
        #expect(try second.hear(through: "hello").hasSuffix("hello"))
        try stage.server.stop()
        #expect(stage.server.statistics.connectionsTotal == 2)
    }

    // MARK: Counters

    @Test func `counts answers by their class, octets, and what is under way`() throws {
        let stage = try ServerStage()
        #expect(stage.server.statistics == CoreStatistics())
        try stage.start()
        let client = try stage.connect()
        try client.ask("/hello")
        let answer = try client.hear(through: "hello")
        try client.ask("/missing")
        _ = try client.hear(through: "404 Not Found\n")
        let counted = stage.server.statistics
        #expect(counted.responses == .init(successful: 1, clientErrors: 1))
        #expect((counted.connectionsOpen, counted.connectionsTotal) == (1, 1))
        #expect((counted.requestsTotal, counted.requestsActive) == (2, 0))
        try stage.server.stop()
        #expect(stage.server.statistics.connectionsOpen == 0)
        // What has just left may not be counted yet while the server runs.
        #expect(stage.server.statistics.bytesSent > UInt64(answer.utf8.count))
    }
}

extension CoreRouteOptions {
    static var onWorker: CoreRouteOptions {
        var options = CoreRouteOptions()
        options.runsOnWorker = true
        return options
    }
}
