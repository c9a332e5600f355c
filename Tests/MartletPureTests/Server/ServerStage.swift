import MartletEngine
import Synchronization

@testable import MartletPure

/// A server with settings for tests, and what it says to its log.
final class ServerStage: Sendable {
    let server: CoreServer
    private let lines: Lines

    init(_ change: (inout CoreConfiguration) -> Void = { _ in }) throws {
        var settings = CoreConfiguration.forTests
        change(&settings)
        let lines = Lines()
        self.lines = lines
        server = try CoreServer(settings, log: CoreLogSink(level: .info) { lines.add($0, $1) })
        try server.route(.get, "/hello", options: CoreRouteOptions(), handler: Greeting())
    }

    /// Listens on a port that the system chooses, and starts.
    func start() throws {
        try server.listen(host: "127.0.0.1", port: 0)
        try server.start()
    }

    func connect() throws -> CoreClientSocket {
        try CoreClientSocket(host: "127.0.0.1", port: server.port(at: 0), timeoutSeconds: 10)
    }

    var log: [String] { lines.all }

    private final class Lines: Sendable {
        private let lines = Mutex<[String]>([])

        func add(_ level: CoreLogLevel, _ line: String) { lines.withLock { $0.append("\(level): \(line)") } }

        var all: [String] { lines.withLock { $0 } }
    }
}

/// Answers "hello".
struct Greeting: CoreHandler {
    func handle(_ request: consuming CoreRequest, _ response: consuming CoreResponse) {
        _ = response.copyBody("hello")
    }
}

/// Does what the test says, then answers "done".
struct Doing: CoreHandler {
    let work: @Sendable () -> Void

    func handle(_ request: consuming CoreRequest, _ response: consuming CoreResponse) {
        work()
        _ = response.copyBody("done")
    }
}

extension CoreClientSocket {
    /// Asks for a path; the connection stays open.
    func ask(_ path: String, _ more: String = "") throws {
        try send([UInt8]("GET \(path) HTTP/1.1\r\nHost: x\r\n\(more)\r\n".utf8).span)
    }

    /// Everything up to `end`, or to the peer's end.
    func hear(through end: String = "") throws -> String {
        var heard = ""
        while end.isEmpty || !heard.hasSuffix(end) {
            let piece = try receive(capacity: 4096)
            if piece.isEmpty { break }
            heard += String(decoding: piece, as: UTF8.self)
        }
        return heard
    }
}

extension CoreConfiguration {
    /// The defaults, but for fewer threads.
    static var forTests: CoreConfiguration {
        var settings = CoreConfiguration()
        settings.reactors = 1
        settings.workers = 1
        settings.workerQueueCapacity = 16
        settings.maxRequestLineBytes = 8192
        settings.maxHeaderFields = 100
        settings.maxHeaderBytes = 16384
        settings.maxBodyBytes = 1_048_576
        settings.maxConnections = 1000
        settings.maxPipelinedRequests = 64
        settings.headerTimeoutMilliseconds = 10000
        settings.bodyTimeoutMilliseconds = 30000
        settings.idleTimeoutMilliseconds = 60000
        settings.writeTimeoutMilliseconds = 30000
        settings.minTransferBytesPerSecond = 100
        settings.shutdownTimeoutMilliseconds = 10000
        settings.lingerTimeoutMilliseconds = 2000
        settings.handlerWarningMilliseconds = 0
        settings.outputHighWaterBytes = 262_144
        settings.outputLowWaterBytes = 65536
        settings.backlog = 128
        settings.serverName = "martlet"
        return settings
    }
}
