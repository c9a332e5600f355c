import Logging
import Martlet

extension Server {
    /// A server that logs nothing, and takes any free port.
    static func silent(_ change: (inout Configuration) -> Void = { _ in }) -> Server {
        var configuration = Configuration(port: 0, reactors: 2, workers: 2)
        configuration.logger = Logger(label: "silent") { _ in SwiftLogNoOpLogHandler() }
        change(&configuration)
        return Server(configuration)
    }

    /// A server that logs to `log`.
    static func logging(to log: RecordedLog) -> Server {
        silent { $0.logger = log.logger() }
    }
}
