import Foundation
import HTTPTypes
import Martlet
import MartletTesting
import Testing

/// Servers one after the other, and beside each other, in one process.
@Suite(.bounded) struct RestartTests {
    private final class Token: Sendable {}

    /// In a process of its own: other tests' servers come and go in this one.
    @Test func `fifty servers one after the other leave no descriptor, thread or handler behind`() async {
        await #expect(processExitsWith: .success) {
            for number in 0..<10 { try await Self.live(number) }
            let before = try await Footprint.rest()
            for number in 0..<50 { try await Self.live(number) }
            let after = try await Footprint.rest()
            #expect(before.threads == 0 && after.threads == 0)
            // A client closes its socket when a queue of its own lets go of it.
            try await eventually("descriptors are no more than before") {
                Footprint.countDescriptors() <= before.descriptors
            }
        }
    }

    /// A server's whole life, and whether it let go of what its handlers held.
    private static func live(_ number: Int) async throws {
        weak let token: Token?
        do {
            let held = Token()
            token = held
            let server = server(holding: held)
            try await server.start()
            let client = try TestClient(address: server.addresses.first ?? "")
            for path in ["/reactor", "/workers", "/async", "/stream"] {
                try await #expect(client.get(path).text == "x", "\(path)")
            }
            if number.isMultiple(of: 2) { server.drain() } else { await server.stop() }
            try await server.waitUntilStopped()
        }
        try await eventually("nobody holds the handlers any more") { token == nil }
    }

    private static func server(holding token: Token) -> Server {
        var server = Server.silent()
        let says: Handler = { _, response in
            withExtendedLifetime(token) {}
            response.send("x")
        }
        server.get("/reactor", says)
        server.get("/workers", on: .workers, says)
        server.get("/async") { _, response async throws in
            await Task.yield()
            withExtendedLifetime(token) {}
            response.send("x")
        }
        server.get("/stream") { _, response async throws in
            try await response.stream { try await $0.write("x") }
            withExtendedLifetime(token) {}
        }
        return server
    }

    @Test func `two servers serve beside each other, and one ends alone`() async throws {
        var first = Server.silent { $0.serverName = "first" }
        var second = Server.silent { $0.serverName = "second" }
        first.get("/", SaysLater("one"))
        second.get("/", SaysLater("two"))
        try await first.start()
        try await second.start()
        let one = try TestClient(address: #require(first.addresses.first))
        let two = try TestClient(address: #require(second.addresses.first))
        try await withThrowingTaskGroup { group in
            for _ in 0..<20 {
                group.addTask { try await #expect(one.get("/").text == "one") }
                group.addTask { try await #expect(two.get("/").fields[.server] == "second") }
            }
            for try await _ in group {}
        }
        await first.stop()
        await #expect(throws: TestError.self) { try await one.get("/") }
        try await #expect(two.get("/").text == "two")
        #expect(first.statistics.requestsTotal == 20)
        #expect(second.statistics.requestsTotal == 21)
        await second.stop()
    }
}

/// What a process holds that a server could leave behind. Where the system does not tell, nothing.
private struct Footprint {
    var descriptors: Int
    /// The engine's own: those of Swift's pools come and go.
    var threads: Int

    /// What is held once the engine's threads are gone: one that was joined is there for a moment yet.
    static func rest() async throws -> Footprint {
        try await eventually("the engine's threads are gone") { countThreads() == 0 }
        // Swift's own timers hold descriptors once they were used, which a run without a wait leaves to the next.
        try await Task.sleep(for: .milliseconds(1))
        return Footprint(descriptors: countDescriptors(), threads: countThreads())
    }

    static func countDescriptors() -> Int {
        (try? FileManager.default.contentsOfDirectory(atPath: "/dev/fd").count) ?? .max
    }

    private static func countThreads() -> Int {
        let tasks = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")) ?? []
        let names = tasks.compactMap {
            try? String(contentsOfFile: "/proc/self/task/\($0)/comm", encoding: .utf8)
        }
        return names.filter { $0.hasPrefix("mt-") }.count
    }
}
