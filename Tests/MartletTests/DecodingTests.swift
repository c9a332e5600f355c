import Foundation
import HTTPTypes
import Martlet
import MartletTesting
import Testing

@Suite(.bounded) struct DecodingTests {
    private struct Item: Codable, Equatable {
        var name: String
        var count: Int
        var link: URL?
    }

    /// Decodes in every kind of handler.
    private func server() -> Server {
        var server = Server.silent()
        server.post("/sync") { request, response in response.send(try request.decode(Item.self).name) }
        server.post("/async") { request, response async throws in
            response.send(try await request.decode(Item.self).name)
        }
        server.post("/stream", body: .stream) { request, response async throws in
            response.send(try await request.decode(Item.self).name)
        }
        return server
    }

    private let paths = ["/sync", "/async", "/stream"]
    private let item = #"{"name":"x","count":1}"#

    @Test(
        arguments: TestTransport.allCases,
        [
            nil, "application/json", "Application/JSON; charset=utf-8", "application/problem+json",
            "application/vnd.x+json;v=1",
        ])
    func `JSON becomes a value, whatever JSON is called, also where nobody says`(
        _ transport: TestTransport, _ type: String?
    ) async throws {
        try await server().test(transport) { client in
            for path in paths {
                let response = try await client.post(path, body: .text(item, contentType: type))
                #expect(response.text == "x", "\(path)")
            }
        }
    }

    @Test(
        arguments: TestTransport.allCases,
        [
            "text/plain", "application/jsonx", "application/xml", "json",
            "multipart/form-data; boundary=json", "",
        ])
    func `what is called something else is 415 and told what would be taken`(
        _ transport: TestTransport, _ type: String
    ) async throws {
        try await server().test(transport) { client in
            for path in paths {
                let response = try await client.post(path, body: .text(item, contentType: type))
                #expect(response.status == .unsupportedMediaType, "\(path)")
                #expect(response.fields[.accept] == "application/json")
            }
        }
    }

    @Test(arguments: TestTransport.allCases, ["", "{", "{\"name\":\"x\"; }", "name", "\u{FEFF}\u{0}"])
    func `what is no JSON is 400`(_ transport: TestTransport, _ body: String) async throws {
        try await server().test(transport) { client in
            for path in paths {
                let response = try await client.post(path, body: .text(body))
                #expect(response.status == .badRequest, "\(path)")
                #expect(response.text.contains("JSON"))
            }
        }
    }

    @Test(
        arguments: TestTransport.allCases,
        [
            ("[]", "other form"), (#"{"name":"x"}"#, "\"count\" is missing"),
            (#"{"name":"x","count":"one"}"#, "\"count\""), (#"{"name":null,"count":1}"#, "\"name\""),
            (#"{"name":"x","count":1e300}"#, "form"), (#"{"name":"x","count":1,"link":""}"#, "\"link\""),
        ])
    func `JSON of another form is 422 and says where`(
        _ transport: TestTransport, _ wrong: (body: String, hint: String)
    ) async throws {
        try await server().test(transport) { client in
            for path in paths {
                let response = try await client.post(path, body: .text(wrong.body))
                #expect(response.status == .unprocessableContent, "\(path)")
                #expect(response.text.contains(wrong.hint))
                #expect(!response.text.contains("Item"))
            }
        }
    }
}
