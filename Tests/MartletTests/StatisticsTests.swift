import HTTPTypes
import Martlet
import MartletTesting
import Testing

@Suite(.bounded) struct StatisticsTests {
    @Test(arguments: TestTransport.allCases)
    func `requests and answers are counted`(_ transport: TestTransport) async throws {
        var server = Server.silent()
        server.get("/ok", Says("ok"))
        server.get("/moved") { _, response in response.redirect(to: "/ok") }
        server.get("/broken") { _, _ in throw Mishap() }
        try await server.test(transport) { client in
            for path in ["/ok", "/ok", "/moved", "/none", "/broken"] { _ = try await client.get(path) }
            let _: [TestResponse] = try await client.send(raw: "GARBAGE\r\n\r\n")
            let counters = server.statistics
            #expect(counters.requestsTotal == 5)
            #expect(counters.requestsRejected == 1)
            #expect(counters.responses.successful == 2)
            #expect(counters.responses.redirected == 1)
            #expect(counters.responses.clientErrors == 2)
            #expect(counters.responses.serverErrors == 1)
            #expect(counters.responses.informational == 0)
        }
    }

    @Test func `connections and bytes are counted`() async throws {
        var server = Server.silent()
        server.get("/", Says("x"))
        let request = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"
        try await server.test(.socket) { client in
            try await client.withConnection { connection in
                try await connection.send(request)
                _ = try await connection.response()
                #expect(server.statistics.connectionsOpen == 1)
                #expect(server.statistics.bytesReceived == request.utf8.count)
                // Counted once the system has taken them, when the peer may have them already.
                try await eventually("they are counted") { server.statistics.bytesSent > 17 }
            }
            _ = try await client.get("/")
            try await eventually("both are closed") { server.statistics.connectionsOpen == 0 }
            #expect(server.statistics.connectionsTotal == 2)
        }
    }

    @Test func `requests that are not answered yet are active`() async throws {
        let gate = Gate()
        var server = Server.silent()
        server.get("/") { _, response async throws in
            await gate.wait()
            response.send("")
        }
        try await server.test(.socket) { client in
            async let answer = client.get("/")
            try await eventually("one is active") { server.statistics.requestsActive == 1 }
            gate.open()
            _ = try await answer
            try await eventually("none is active") { server.statistics.requestsActive == 0 }
        }
    }

    @Test func `before the start all is zero, after the stop all is kept`() async throws {
        var server = Server.silent()
        server.get("/", Says(""))
        #expect(server.statistics.requestsTotal == 0)
        #expect(server.statistics.uptime == .zero)
        try await server.test(.socket) { client in _ = try await client.get("/") }
        #expect(server.statistics.requestsTotal == 1)
    }

    @Test func `a handler can read the counters of its own server`() async throws {
        var server = Server.silent()
        let control = server.control
        server.get("/") { _, response in response.send("\(control.statistics.requestsTotal)") }
        try await server.test { client in
            try await #expect(client.get("/").text == "1")
        }
    }

    @Test func `version and engine have names`() {
        #expect(Server.version.split(separator: ".").count == 3)
        #expect(!Server.engine.isEmpty)
    }
}
