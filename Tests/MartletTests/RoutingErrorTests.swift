import HTTPTypes
import Martlet
import MartletTesting
import Testing

@Suite(.bounded) struct RoutingErrorTests {
    private func problems(_ build: (inout Server) -> Void) async throws -> [String] {
        var server = Server.silent()
        build(&server)
        do {
            try await server.test { _ in }
        } catch let error as RoutingError {
            return error.problems
        }
        return []
    }

    @Test(arguments: ["no-slash", "", "/a//b", "/{}", "/{a", "/{a}b", "/{rest…}/more", "/{a}/{a}"])
    func `a pattern that means nothing is named`(_ pattern: String) async throws {
        let problems = try await problems { $0.get(pattern, Says("")) }
        #expect(problems.count == 1)
        #expect(problems.first?.contains(pattern) == true)
    }

    @Test func `all problems are reported at once`() async throws {
        let problems = try await problems { server in
            server.get("bad", Says(""))
            server.get("/good", Says(""))
            server.get("/{", Says(""))
        }
        #expect(problems.count == 2)
    }

    @Test func `two routes for the same requests are both named`() async throws {
        let problems = try await problems { server in
            server.get("/users/{id}", Says(""))
            server.get("/users/{name}", Says(""))
        }
        let problem = try #require(problems.first)
        #expect(problem.contains("/users/{id}") && problem.contains("/users/{name}"))
    }

    @Test func `a route for workers needs workers`() async throws {
        var server = Server.silent { $0.workers = 0 }
        server.get("/blocking", on: .workers, Says(""))
        await #expect { try await server.test { _ in } } throws: { error in
            "\(error)".contains("/blocking")
        }
    }

    @Test func `a method that cannot be routed is named`() async throws {
        let purge = try #require(HTTPRequest.Method("PURGE"))
        let problems = try await problems { $0.on(purge, "/", Says("")) }
        #expect(problems.first?.contains("PURGE") == true)
    }

    @Test func `a body limit below one byte is refused`() async throws {
        let problems = try await problems { $0.post("/", maxBodyBytes: 0, Says("")) }
        #expect(problems.first?.contains("maxBodyBytes is 0") == true)
    }

    @Test func `a folder that is not there is named`() async throws {
        let problems = try await problems { $0.files("/static", from: "/nowhere/at/all") }
        #expect(problems.first?.contains("/nowhere/at/all") == true)
    }

    @Test func `a mistake in a route shows before a taken port`() async throws {
        let first = Server.silent()
        try await first.start()
        var second = Server.silent { $0.port = first.port ?? 0 }
        second.get("bad", Says(""))
        await #expect(throws: RoutingError.self) { try await second.start() }
        await first.stop()
    }
}
