import ArgumentParser
import Foundation
import Logging
import Martlet

/// The application that `make run` starts: one route for each thing that the server can do.
@main
struct Demo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "Demo",
        abstract: "Serves Martlet's demo application.",
        discussion: """
            What a flag does not say, the environment may: every setting of the server has a variable, such as \
            MARTLET_HOST, MARTLET_PORT, MARTLET_REACTORS, MARTLET_WORKERS, MARTLET_IDLE_TIMEOUT_MS or \
            MARTLET_MAX_BODY_BYTES; one that means nothing is refused, with a list of those that do. \
            Ctrl-C finishes what is under way and ends; a second one ends at once.
            """,
        version: Server.version)

    @OptionGroup var listening: ListeningOptions
    @OptionGroup var threads: ThreadOptions
    @OptionGroup var logging: LoggingOptions
    @OptionGroup var files: FileOptions

    func run() async throws {
        var server = Server(try serverConfiguration())
        if logging.requestLog {
            server.use(RequestID())
            server.use(AccessLog(logger: logging.logger("martlet.access")))
        }
        server.addDemoRoutes()
        if let folder = files.folder { server.files(files.prefix, from: folder) }
        let banner = Banner(of: server)
        try await server.runUntilSignal { banner.show() }
    }

    /// The environment's settings, under those of the flags.
    private func serverConfiguration() throws -> Configuration {
        var configuration = try Configuration(environment: ProcessInfo.processInfo.environment)
        configuration.logger = logging.logger("martlet")
        threads.apply(to: &configuration)
        listening.apply(to: &configuration)
        return configuration
    }
}
