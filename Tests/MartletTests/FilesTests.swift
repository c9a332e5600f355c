import HTTPTypes
import Martlet
import MartletTesting
import Testing

@Suite(.bounded) struct FilesTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try folder.write("secret", to: "secret.txt")
        try folder.write("hello", to: "public/hello.txt")
        try folder.write("<h1>", to: "public/index.html")
        try folder.write("body {}", to: "public/a folder/style.css")
        try folder.write("hidden", to: "public/.hidden")
        try folder.write("deep", to: "public/sub/.git/config")
    }

    private func server() -> Server {
        var server = Server.silent()
        server.group("/assets") { $0.files("/static", from: "\(folder.path)/public") }
        return server
    }

    @Test func `a folder is listed among the routes as all that is below it`() {
        var server = Server.silent()
        server.files("/static", from: "x")
        server.group("/assets/") { $0.files("/", from: "x") }
        server.files("/", from: "x")
        #expect(server.routes.map(\.pattern) == ["/static/{path...}", "/assets/{path...}", "/{path...}"])
    }

    @Test(arguments: TestTransport.allCases)
    func `files below the folder are served with their type`(_ transport: TestTransport) async throws {
        try await server().test(transport) { client in
            let hello = try await client.get("/assets/static/hello.txt")
            #expect(hello.status == .ok)
            #expect(hello.text == "hello")
            #expect(hello.fields[.contentType] == "text/plain; charset=utf-8")
            #expect(hello.fields[.lastModified]?.hasSuffix("GMT") == true)
            let style = try await client.get("/assets/static/a%20folder/style.css")
            #expect(style.text == "body {}")
            #expect(style.fields[.contentType]?.hasPrefix("text/css") == true)
            try await #expect(client.get("/assets/static/").text == "<h1>")
        }
    }

    @Test(arguments: TestTransport.allCases)
    func `HEAD gets the fields alone, other methods 405`(_ transport: TestTransport) async throws {
        try await server().test(transport) { client in
            let head = try await client.head("/assets/static/hello.txt")
            #expect(head.fields[.contentLength] == "5")
            #expect(head.body.isEmpty)
            try await #expect(client.post("/assets/static/hello.txt", body: "").status == .methodNotAllowed)
        }
    }

    @Test(arguments: TestTransport.allCases)
    func `a file that has not changed is 304`(_ transport: TestTransport) async throws {
        try await server().test(transport) { client in
            let path = "/assets/static/hello.txt"
            let first = try await client.get(path)
            let tag = try #require(first.fields[.eTag])
            let date = try #require(first.fields[.lastModified])
            let same = try await client.get(path, fields: [.ifNoneMatch: tag])
            #expect(same.status == .notModified)
            #expect(same.body.isEmpty)
            try await #expect(client.get(path, fields: [.ifModifiedSince: date]).status == .notModified)
            try await #expect(client.get(path, fields: [.ifNoneMatch: "\"other\""]).text == "hello")
        }
    }

    @Test(
        arguments: TestTransport.allCases,
        [
            "none.txt", ".hidden", "sub/.git/config", "../secret.txt", "%2e%2e/secret.txt", "..%2fsecret.txt",
            "..%5csecret.txt", "sub/../../secret.txt", "sub%2f..%2f..%2fsecret.txt", "/secret.txt",
            "hello.txt/", "hello.txt%00", "%252e%252e/secret.txt", "....//secret.txt", "sub",
        ])
    func `what is not there, hidden, or outside is not served`(
        _ transport: TestTransport, _ path: String
    ) async throws {
        try await server().test(transport) { client in
            let response = try await client.get("/assets/static/\(path)")
            #expect(response.status == .notFound || response.status == .badRequest)
            #expect(!response.text.contains("secret"))
        }
    }

    @Test func `a route inside the folder's prefix wins over a file`() async throws {
        var server = server()
        server.get("/assets/static/hello.txt", Says("route"))
        try await server.test { client in
            try await #expect(client.get("/assets/static/hello.txt").text == "route")
        }
    }
}
