import HTTPTypes
import Martlet
import MartletTesting
import Testing

@Suite(.bounded) struct RoutingTests {
    @Test(arguments: TestTransport.allCases)
    func `each method has its own route`(_ transport: TestTransport) async throws {
        var server = Server.silent()
        server.get("/", Says("GET"))
        server.post("/", Says("POST"))
        server.put("/", Says("PUT"))
        server.patch("/", Says("PATCH"))
        server.delete("/", Says("DELETE"))
        server.options("/", Says("OPTIONS"))
        server.head("/") { _, response in response.fields[.eTag] = "\"head\"" }
        try await server.test(transport) { client in
            for method in [HTTPRequest.Method.get, .post, .put, .patch, .delete, .options] {
                let response = try await client.send(method, "/")
                #expect(response.status == .ok)
                #expect(response.text == method.rawValue)
            }
            try await #expect(client.head("/").fields[.eTag] == "\"head\"")
        }
    }

    @Test(arguments: TestTransport.allCases)
    func `controllers and closures are called alike, synchronous or async`(_ transport: TestTransport)
        async throws
    {
        var server = Server.silent()
        server.get("/controller", Says("controller"))
        server.get("/later", SaysLater("later"))
        server.get("/closure") { _, response in response.send("closure") }
        server.get("/async") { _, response async throws in
            await Task.yield()
            response.send("async")
        }
        try await server.test(transport) { client in
            for name in ["controller", "later", "closure", "async"] {
                try await #expect(client.get("/\(name)").text == name)
            }
        }
    }

    @Test(arguments: TestTransport.allCases)
    func `a GET route answers HEAD with the same fields and no body`(_ transport: TestTransport) async throws
    {
        var server = Server.silent()
        server.get("/", Says("twelve bytes"))
        try await server.test(transport) { client in
            let response = try await client.head("/")
            #expect(response.status == .ok)
            #expect(response.fields[.contentLength] == "12")
            #expect(response.body.isEmpty)
        }
    }

    @Test(arguments: TestTransport.allCases)
    func `literal text wins over a parameter, a parameter over the rest`(_ transport: TestTransport)
        async throws
    {
        var server = Server.silent()
        server.get("/x/{rest…}", Says("rest"))
        server.get("/x/{one}", Says("one"))
        server.get("/x/literal", Says("literal"))
        try await server.test(transport) { client in
            try await #expect(client.get("/x/literal").text == "literal")
            try await #expect(client.get("/x/other").text == "one")
            try await #expect(client.get("/x/other/more").text == "rest")
        }
    }

    @Test(arguments: TestTransport.allCases)
    func `a path without a route is 404`(_ transport: TestTransport) async throws {
        var server = Server.silent()
        server.get("/here", Says("here"))
        try await server.test(transport) { client in
            for path in ["/", "/her", "/here/", "/here/more", "/HERE"] {
                try await #expect(client.get(path).status == .notFound, "\(path)")
            }
        }
    }

    @Test(arguments: TestTransport.allCases)
    func `a path without a route for the method is 405 and names those it has`(
        _ transport: TestTransport
    ) async throws {
        var server = Server.silent()
        server.get("/item", Says(""))
        server.put("/item", Says(""))
        try await server.test(transport) { client in
            let response = try await client.delete("/item")
            #expect(response.status == .methodNotAllowed)
            let allowed = try #require(response.fields[.allow]).split(separator: ",")
            #expect(Set(allowed.map { $0.drop { $0 == " " } }) == ["GET", "HEAD", "PUT", "OPTIONS"])
        }
    }

    @Test(arguments: TestTransport.allCases)
    func `OPTIONS is answered from the routes`(_ transport: TestTransport) async throws {
        var server = Server.silent()
        server.post("/item", Says(""))
        try await server.test(transport) { client in
            let response = try await client.options("/item")
            #expect(response.status == .noContent)
            #expect(response.fields[.allow]?.contains("POST") == true)
            try await #expect(client.options("/nothing").status == .notFound)
        }
    }

    @Test(arguments: TestTransport.allCases)
    func `groups put their prefix before their routes`(_ transport: TestTransport) async throws {
        var server = Server.silent()
        server.group("/api") { api in
            api.get("/", Says("api"))
            api.group("/v1/") { v1 in
                v1.get("/users/{id}") { request, response in response.send(request.route) }
            }
        }
        try await server.test(transport) { client in
            try await #expect(client.get("/api").text == "api")
            try await #expect(client.get("/api/v1/users/7").text == "/api/v1/users/{id}")
            try await #expect(client.get("/users/7").status == .notFound)
        }
    }

    @Test(arguments: TestTransport.allCases)
    func `a fallback answers what no route does, as 404`(_ transport: TestTransport) async throws {
        var server = Server.silent()
        server.get("/here", Says("here"))
        server.fallback { request, response in response.send("nothing at \(request.path)\(request.route)") }
        try await server.test(transport) { client in
            let response = try await client.post("/there", body: "x")
            #expect(response.status == .notFound)
            #expect(response.text == "nothing at /there")
            try await #expect(client.get("/here").text == "here")
        }
    }

    @Test(arguments: TestTransport.allCases)
    func `a fallback may be async and choose its status`(_ transport: TestTransport) async throws {
        var server = Server.silent()
        server.fallback { _, response async throws in
            await Task.yield()
            response.status = .gone
            response.send("gone")
        }
        try await server.test(transport) { client in
            let response = try await client.get("/")
            #expect(response.status == .gone)
            #expect(response.text == "gone")
        }
    }

    @Test func `routes are listed as they were registered`() {
        var server = Server()
        server.get("/b", Says(""))
        server.group("/a") { $0.post("/c", Says("")) }
        #expect(server.routes.map { "\($0.method) \($0.pattern)" } == ["GET /b", "POST /a/c"])
    }

    @Test func `copies of a server have routes of their own`() {
        var server = Server()
        server.get("/a", Says(""))
        var copy = server
        copy.get("/b", Says(""))
        #expect(server.routes.count == 1)
        #expect(copy.routes.count == 2)
    }
}
