import Foundation
import HTTPTypes
import Logging
import Martlet
import MartletTesting
import ServiceLifecycle
import Testing

@Suite(.bounded) struct ShutdownTests {
    private let request = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"

    /// A server whose only route waits at `gate`.
    private func patientServer(
        _ gate: Gate, entered: Gate, _ change: (inout Configuration) -> Void = { _ in }
    ) -> Server {
        var server = Server.silent(change)
        server.get("/") { _, response async throws in
            entered.open()
            await gate.wait()
            response.send("answered")
        }
        return server
    }

    @Test func `draining finishes the requests under way and takes no more`() async throws {
        let (gate, entered) = (Gate(), Gate())
        let server = patientServer(gate, entered: entered)
        try await server.start()
        let client = try TestClient(address: #require(server.addresses.first))
        async let answer = client.get("/")
        await entered.wait()
        server.drain()
        gate.open()
        let response = try await answer
        #expect(response.text == "answered")
        #expect(response.fields[.connection] == "close")
        try await server.waitUntilStopped()
        #expect(!server.control.isRunning)
        await #expect(throws: TestError.self) { try await client.get("/") }
    }

    @Test func `draining closes idle connections at once`() async throws {
        var server = Server.silent()
        server.get("/", Says("x"))
        try await server.start()
        let client = try TestClient(address: #require(server.addresses.first))
        try await client.withConnection { connection in
            try await connection.send(request)
            _ = try await connection.response()
            server.drain()
            try await #expect(connection.receive() == nil)
        }
        try await server.waitUntilStopped()
    }

    @Test func `what is not done at the deadline is cut`() async throws {
        let (gate, entered) = (Gate(), Gate())
        let server = patientServer(gate, entered: entered) { $0.shutdownTimeout = .milliseconds(50) }
        try await server.start()
        let client = try TestClient(address: #require(server.addresses.first))
        let answer = Task { try await client.get("/") }
        await entered.wait()
        server.drain()
        try await server.waitUntilStopped()
        await #expect(throws: TestError.self) { try await answer.value }
        gate.open()
    }

    @Test func `a further drain can shorten the deadline`() async throws {
        let (gate, entered) = (Gate(), Gate())
        let server = patientServer(gate, entered: entered)
        try await server.start()
        let client = try TestClient(address: #require(server.addresses.first))
        let answer = Task { try await client.get("/") }
        await entered.wait()
        let start = ContinuousClock.now
        server.drain(deadline: .seconds(60))
        server.drain(deadline: .milliseconds(20))
        try await server.waitUntilStopped()
        #expect(start.duration(to: .now) < .seconds(30))
        await #expect(throws: TestError.self) { try await answer.value }
        gate.open()
    }

    @Test func `stopping waits for handlers on workers`() async throws {
        let entered = Gate()
        let seen = Recorder<String>()
        var server = Server.silent()
        server.get("/", on: .workers) { _, response in
            entered.open()
            blockThread(milliseconds: 30)
            seen.record("done")
            response.send("done")
        }
        try await server.start()
        let client = try TestClient(address: #require(server.addresses.first))
        let answer = Task { try await client.get("/") }
        await entered.wait()
        await server.stop()
        #expect(seen.values == ["done"])
        _ = try? await answer.value
    }

    @Test func `stop and drain may be called at any time and again`() async throws {
        let server = Server.silent()
        await server.stop()
        try await server.start()
        await server.stop()
        await server.stop()
        server.drain()
        try await server.waitUntilStopped()
        #expect(!server.control.isRunning)
    }

    @Test func `a server that has drained no longer runs, though nobody waits`() async throws {
        let server = Server.silent()
        try await server.start()
        #expect(server.control.isRunning)
        server.drain()
        try await eventually("it has stopped") { !server.control.isRunning }
        await server.stop()
    }

    @Test func `a server that runs blocking ends with it`() async throws {
        weak let control: ServerControl?
        do {
            let server = Server.silent()
            control = server.control
            let ended = Gate()
            Thread.detachNewThread {
                #expect(throws: Never.self) { try server.runBlocking() }
                ended.open()
            }
            try await eventually("it runs") { server.control.isRunning }
            server.drain()
            await ended.wait()
        }
        try await eventually("nobody holds it any more") { control == nil }
    }

    @Test func `a drain before the start ends the server right after it`() async throws {
        let server = Server.silent()
        server.drain()
        try await server.start()
        try await server.waitUntilStopped()
    }

    @Test func `waiting for a server that was never started is an error`() async throws {
        let error = try await #require(throws: ServerError.self) {
            try await Server.silent().waitUntilStopped()
        }
        #expect(error.kind == .invalidState)
    }

    @Test func `a handler may drain its own server`() async throws {
        var server = Server.silent()
        let control = server.control
        server.post("/shutdown") { _, response in
            control.drain()
            response.send("bye")
        }
        try await server.start()
        let client = try TestClient(address: #require(server.addresses.first))
        try await #expect(client.post("/shutdown").text == "bye")
        try await server.waitUntilStopped()
    }

    @Test func `as a service it drains at a graceful shutdown`() async throws {
        let (gate, entered) = (Gate(), Gate())
        let server = patientServer(gate, entered: entered)
        let logger = Logger(label: "silent") { _ in SwiftLogNoOpLogHandler() }
        let group = ServiceGroup(services: [server], logger: logger)
        let running = Task { try await group.run() }
        try await eventually("it runs") { server.control.isRunning }
        let client = try TestClient(address: #require(server.addresses.first))
        async let answer = client.get("/")
        await entered.wait()
        await group.triggerGracefulShutdown()
        gate.open()
        try await #expect(answer.text == "answered")
        try await running.value
        #expect(!server.control.isRunning)
    }

    @Test func `a cancelled run drains and returns`() async throws {
        let server = Server.silent()
        let running = Task { try await server.run() }
        try await eventually("it runs") { server.control.isRunning }
        running.cancel()
        _ = await running.result
        #expect(!server.control.isRunning)
    }

    @Test func `whoever runs until a signal is told once it accepts`() async throws {
        let server = Server.silent()
        let addresses = Recorder<[String]>()
        let running = Task {
            try await server.runUntilSignal { addresses.record(server.addresses) }
        }
        try await eventually("it is told") { !addresses.values.isEmpty }
        #expect(addresses.values.first?.count == 1)
        server.drain()
        try await running.value
    }
}
