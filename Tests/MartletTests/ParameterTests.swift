import HTTPTypes
import Martlet
import MartletTesting
import Testing

@Suite(.bounded) struct ParameterTests {
    @Test(arguments: TestTransport.allCases)
    func `parameters are percent-decoded`(_ transport: TestTransport) async throws {
        var server = Server.silent()
        server.get("/{a}/{b}") { request, response in
            response.send("\(request.parameters["a"])|\(request.parameters["b"])")
        }
        try await server.test(transport) { client in
            try await #expect(client.get("/a%20b/%C3%A4").text == "a b|ä")
            try await #expect(client.get("/a%2Fb/c+d").text == "a/b|c+d")
        }
    }

    @Test(arguments: TestTransport.allCases)
    func `the rest of a path holds its slashes, and may be empty`(_ transport: TestTransport) async throws {
        var server = Server.silent()
        server.get("/files/{path…}") { request, response in
            response.send("<\(request.parameters["path"])>")
        }
        try await server.test(transport) { client in
            try await #expect(client.get("/files/a/b/c.txt").text == "<a/b/c.txt>")
            try await #expect(client.get("/files/").text == "<>")
        }
    }

    @Test(arguments: TestTransport.allCases)
    func `a parameter can be required as a type, and is 400 when it is none`(
        _ transport: TestTransport
    ) async throws {
        var server = Server.silent()
        server.get("/double/{n}") { request, response in
            response.send("\(2 * (try request.parameters.require("n", as: Int.self)))")
        }
        try await server.test(transport) { client in
            try await #expect(client.get("/double/21").text == "42")
            let refused = try await client.get("/double/two")
            #expect(refused.status == .badRequest)
            #expect(refused.text.contains("\"n\""))
        }
    }

    @Test(arguments: TestTransport.allCases)
    func `parameters come in the pattern's order, as strings or bytes`(
        _ transport: TestTransport
    ) async throws {
        var server = Server.silent()
        server.get("/{z}/{a}") { request, response in
            var pairs: [String] = []
            request.parameters.forEach { name, value in pairs.append("\(name)=\(value)") }
            pairs.append("\(request.parameters.count)")
            pairs.append("\(request.parameters.bytes(of: "z")?.count ?? -1)")
            pairs.append("\(request.parameters.value(of: "none") == nil)")
            response.send(pairs.joined(separator: " "))
        }
        try await server.test(transport) { client in
            try await #expect(client.get("/one/two").text == "z=one a=two 2 3 true")
        }
    }

    @Test(arguments: TestTransport.allCases)
    func `async handlers have parameters, also after a suspension`(_ transport: TestTransport) async throws {
        var server = Server.silent()
        server.get("/{id}") { request, response async throws in
            await Task.yield()
            response.send(request.parameters["id"])
        }
        try await server.test(transport) { client in
            try await #expect(client.get("/some%20one").text == "some one")
        }
    }
}
