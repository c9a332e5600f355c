import ArgumentParser
import Logging
import Martlet

struct ListeningOptions: ParsableArguments {
    @Option(help: "The address to listen on; \"\" is every address, IPv4 and IPv6. (default: 127.0.0.1)")
    var host: String?

    @Option(name: .shortAndLong, help: "The port; 0 lets the system choose. (default: 8080)")
    var port: Int?

    @Option(help: ArgumentHelp("A unix socket to listen on as well.", valueName: "path"))
    var unix: String?

    func apply(to configuration: inout Configuration) {
        if let host { configuration.host = host }
        if let port { configuration.port = port }
        guard let unix else { return }
        configuration.listeners = [
            .tcp(host: configuration.host, port: configuration.port), .unix(path: unix),
        ]
    }
}

struct ThreadOptions: ParsableArguments {
    @Option(help: "Event loops; 0: one per CPU. (default: 0)")
    var reactors: Int?

    @Option(help: "Threads for handlers that block. (default: 10)")
    var workers: Int?

    @Flag(help: "Pin each event loop to a CPU of its own (Linux).")
    var pin = false

    func apply(to configuration: inout Configuration) {
        if let reactors { configuration.reactors = reactors }
        if let workers { configuration.workers = workers }
        if pin { configuration.pinReactors = true }
    }
}

struct LoggingOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The least level that is logged.", valueName: "level"))
    var logLevel = Logger.Level.info

    @Flag(help: "Log each request, and name it in X-Request-ID.")
    var requestLog = false

    func logger(_ label: String) -> Logger {
        var logger = Logger(label: label) { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = logLevel
        return logger
    }
}

extension Logger.Level: @retroactive ExpressibleByArgument {}

struct FileOptions: ParsableArguments {
    @Option(
        name: .customLong("static"),
        help: ArgumentHelp(
            "The folder whose files are served. (default: the one that comes with the demo)", valueName: "dir"
        ))
    var chosenFolder: String?

    @Option(
        name: .customLong("static-prefix"),
        help: ArgumentHelp("The path below which they are served.", valueName: "path"))
    var prefix = "/static"

    /// nil when nothing was chosen and the program was moved away from its resources.
    var folder: String? { chosenFolder ?? Resources.publicFolder }
}
