import Logging
import Martlet
import MartletTesting
import Testing

@Suite(.bounded) struct ConfigurationTests {
    /// A setting out of its range, and what the error has to say about it.
    struct Mistake: Sendable, CustomTestStringConvertible {
        let field: String
        let value: String
        let allowed: String
        let make: @Sendable (inout Configuration) -> Void

        var testDescription: String { "\(field) = \(value)" }
    }

    static let mistakes: [Mistake] = [
        Mistake(field: "port", value: "99999", allowed: "0 … 65535") { $0.port = 99999 },
        Mistake(field: "port", value: "-1", allowed: "0 … 65535") { $0.port = -1 },
        Mistake(field: "reactors", value: "1025", allowed: "0 … 1024") { $0.reactors = 1025 },
        Mistake(field: "workers", value: "-2", allowed: "0 … 1024") { $0.workers = -2 },
        Mistake(field: "backlog", value: "0", allowed: "1 … 65535") { $0.backlog = 0 },
        Mistake(field: "workerQueueCapacity", value: "0", allowed: "1 … 1048576") {
            $0.workerQueueCapacity = 0
        },
        Mistake(field: "maxRequestLineBytes", value: "63", allowed: "64 … 1048576") {
            $0.maxRequestLineBytes = 63
        },
        Mistake(field: "maxHeaderFields", value: "4097", allowed: "1 … 4096") { $0.maxHeaderFields = 4097 },
        Mistake(field: "maxHeaderBytes", value: "255", allowed: "256 … 1048576") { $0.maxHeaderBytes = 255 },
        Mistake(field: "maxBodyBytes", value: "-1", allowed: "0 … \(Int.max)") { $0.maxBodyBytes = -1 },
        Mistake(field: "maxPipelinedRequests", value: "0", allowed: "1 … 65536") {
            $0.maxPipelinedRequests = 0
        },
        Mistake(field: "idleTimeout", value: "-1.0 seconds", allowed: "0 … 4294967295 milliseconds") {
            $0.idleTimeout = .seconds(-1)
        },
        Mistake(field: "bodyTimeout", value: "-1e-09 seconds", allowed: "0 … 4294967295 milliseconds") {
            $0.bodyTimeout = .nanoseconds(-1)
        },
        Mistake(field: "shutdownTimeout", value: "5000000.0 seconds", allowed: "0 … 4294967295 milliseconds")
        {
            $0.shutdownTimeout = .seconds(5_000_000)
        },
        Mistake(
            field: "outputLowWaterBytes", value: "8192", allowed: "below outputHighWaterBytes, which is 8192"
        ) {
            $0.outputHighWaterBytes = 8192
            $0.outputLowWaterBytes = 8192
        },
        Mistake(
            field: "serverName", value: "a\nb",
            allowed: "at most 127 bytes of text without control characters"
        ) {
            $0.serverName = "a\nb"
        },
        Mistake(
            field: "serverName", value: String(repeating: "a", count: 128),
            allowed: "at most 127 bytes of text without control characters"
        ) {
            $0.serverName = String(repeating: "a", count: 128)
        },
        Mistake(field: "listeners.port", value: "65536", allowed: "0 … 65535") {
            $0.listeners = [.tcp(host: "", port: 65536)]
        },
        Mistake(field: "listeners.mode", value: "512", allowed: "0 … 511") {
            $0.listeners = [.unix(path: "/tmp/x", mode: 0o1000)]
        },
    ]

    @Test func `the defaults are valid`() throws {
        try Configuration().validate()
    }

    @Test(arguments: mistakes)
    func `a value out of its range is named with the range, and no server starts`(
        _ mistake: Mistake
    ) async throws {
        var configuration = Configuration(port: 0)
        mistake.make(&configuration)
        let error = try #require(throws: ConfigurationError.self) { try configuration.validate() }
        #expect(error.field == mistake.field)
        #expect(error.value == mistake.value)
        #expect(error.allowed == mistake.allowed)
        #expect(error.description.hasPrefix("\(mistake.field) is "))
        #expect(error.description.hasSuffix("must be \(mistake.allowed)."))
        #expect(!error.description.contains("\n"))
        await #expect(throws: error) { try await Server(configuration).start() }
    }

    @Test func `the limits of ranges are valid`() throws {
        var configuration = Configuration(port: 65535, reactors: 1024, workers: 0)
        configuration.maxHeaderFields = 1
        configuration.maxBodyBytes = Int.max
        configuration.idleTimeout = .milliseconds(4_294_967_295)
        configuration.serverName = ""
        try configuration.validate()
    }

    @Test func `a part of a millisecond is a limit, not none`() async throws {
        var server = Server.silent { $0.idleTimeout = .nanoseconds(1) }
        server.get("/", Says("x"))
        try await server.test(.socket) { client in
            try await client.withConnection { connection in
                try await connection.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                try await #expect(connection.response().text == "x")
                try await #expect(connection.receive() == nil)
            }
        }
    }

    @Test func `the environment sets what it names, over the base`() throws {
        var base = Configuration(port: 1, workers: 3)
        base.serverName = "base"
        let configuration = try Configuration(
            environment: [
                "MARTLET_HOST": "::1", "MARTLET_PORT": "9090", "MARTLET_PIN_REACTORS": "true",
                "MARTLET_MAX_BODY_BYTES": "12", "MARTLET_IDLE_TIMEOUT_MS": "1500", "PATH": "/bin",
            ], base: base)
        #expect(configuration.host == "::1")
        #expect(configuration.port == 9090)
        #expect(configuration.pinReactors)
        #expect(configuration.maxBodyBytes == 12)
        #expect(configuration.idleTimeout == .milliseconds(1500))
        #expect(configuration.workers == 3)
        #expect(configuration.serverName == "base")
    }

    @Test func `the environment's prefix can be another`() throws {
        let environment = ["APP_PORT": "1", "MARTLET_PORT": "2", "MARTLET_NONSENSE": "3"]
        #expect(try Configuration(environment: environment, prefix: "APP_").port == 1)
    }

    @Test func `an unknown variable is refused with a list of the known`() throws {
        let error = try #require(throws: ConfigurationError.self) {
            try Configuration(environment: ["MARTLET_PROT": "80"])
        }
        #expect(error.field == "MARTLET_PROT")
        #expect(error.description.contains("MARTLET_PROT is not a known setting"))
        #expect(error.description.contains("MARTLET_PORT"))
    }

    @Test(arguments: [
        ("MARTLET_PORT", "eighty"), ("MARTLET_PORT", "99999"), ("MARTLET_PORT", ""), ("MARTLET_PORT", "80 "),
        ("MARTLET_PIN_REACTORS", "yes"), ("MARTLET_IDLE_TIMEOUT_MS", "-1"),
        ("MARTLET_IDLE_TIMEOUT_MS", "1.5"),
        ("MARTLET_WORKERS", "99999999999999999999"),
    ])
    func `a variable that cannot be read is named with its value`(_ variable: String, _ value: String) throws
    {
        let error = try #require(throws: ConfigurationError.self) {
            try Configuration(environment: [variable: value])
        }
        #expect(error.field == variable)
        #expect(error.value == value)
    }

    @Test func `settings of the environment must fit each other`() throws {
        let error = try #require(throws: ConfigurationError.self) {
            try Configuration(environment: ["MARTLET_OUTPUT_LOW_WATER_BYTES": "300000"])
        }
        #expect(error.field == "outputLowWaterBytes")
    }
}
