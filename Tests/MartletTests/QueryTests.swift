import HTTPTypes
import Martlet
import MartletTesting
import Testing

@Suite(.bounded) struct QueryTests {
    private static let cases: [(query: String, answer: String)] = [
        ("", "nil"),
        ("?", "nil"),
        ("?a=1", "1"),
        ("?b=2&a=1&a=3", "1"),
        ("?a", ""),
        ("?a=", ""),
        ("?a=x+y%21", "x y!"),
        ("?%61=named", "named"),
        ("?a=1=2", "1=2"),
        ("?&&a=1&", "1"),
        ("?aa=1", "nil"),
        ("?a=%C3%A4", "ä"),
    ]

    @Test(arguments: TestTransport.allCases)
    func `the first value of a name is found and decoded`(_ transport: TestTransport) async throws {
        var server = Server.silent()
        server.get("/") { request, response in response.send(request.queryItems["a"] ?? "nil") }
        try await server.test(transport) { client in
            for (query, answer) in Self.cases {
                try await #expect(client.get("/\(query)").text == answer, "\(query)")
            }
        }
    }

    @Test(arguments: ["?a=100%", "?a=%zz", "?a=%4"])
    func `a percent sign that begins no escape is refused with 400`(_ query: String) async throws {
        var server = Server.silent()
        server.get("/", Says(""))
        try await server.test { client in
            try await #expect(client.get("/\(query)").status == .badRequest)
        }
    }

    @Test(arguments: TestTransport.allCases)
    func `all values keep their order`(_ transport: TestTransport) async throws {
        var server = Server.silent()
        server.get("/") { request, response in
            let values = request.queryItems.values(of: "a").joined(separator: ",")
            let all = request.queryItems.all.map { "\($0.name)=\($0.value)" }.joined(separator: "&")
            response.send("\(values) \(all) \(request.query)")
        }
        try await server.test(transport) { client in
            let response = try await client.get("/?a=1&b=+&a=2")
            #expect(response.text == "1,2 a=1&b= &a=2 a=1&b=+&a=2")
        }
    }
}
