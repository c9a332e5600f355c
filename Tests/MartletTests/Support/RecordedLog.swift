import Logging
import Synchronization

/// Keeps log lines for a test to look at.
final class RecordedLog: Sendable {
    struct Line: Sendable {
        let level: Logger.Level
        let message: String
        let metadata: [String: String]
    }

    private let recorded = Mutex<[Line]>([])

    var lines: [Line] { recorded.withLock { $0 } }
    var errors: [Line] { lines.filter { $0.level == .error } }
    var warnings: [Line] { lines.filter { $0.level == .warning } }

    func logger(level: Logger.Level = .debug) -> Logger {
        var logger = Logger(label: "recorded") { _ in Handler(log: self) }
        logger.logLevel = level
        return logger
    }

    private struct Handler: LogHandler {
        let log: RecordedLog
        var logLevel = Logger.Level.info
        var metadata = Logger.Metadata()

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let metadata = (event.metadata ?? [:]).mapValues { $0.description }
            let line = Line(level: event.level, message: "\(event.message)", metadata: metadata)
            log.recorded.withLock { $0.append(line) }
        }
    }
}
