import Martlet

/// Martlet as a contestant of the bench: Contestant PORT [REACTORS] [async].
@main
struct Contestant {
    static func main() async throws {
        let arguments = CommandLine.arguments.dropFirst()
        var configuration = Configuration(port: arguments.first.flatMap { Int($0) } ?? 8080)
        configuration.reactors = arguments.dropFirst().first.flatMap { Int($0) } ?? 1
        configuration.workers = 4
        configuration.idleTimeout = .seconds(3600)
        var server = Server(configuration)
        if arguments.last == "async" { server.addAsyncRoutes() } else { server.addRoutes() }
        server.addStreams()
        try await server.runUntilSignal()
    }
}
