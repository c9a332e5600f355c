/// How much a line of the engine's log matters. The raw values are those of the C ABI.
package enum CoreLogLevel: UInt32, Sendable {
    case debug = 0
    case info = 1
    case warning = 2
    case error = 3
}

/// Takes the engine's log lines, from any of its threads.
package final class CoreLogSink: Sendable {
    package typealias Write = @Sendable (CoreLogLevel, String) -> Void

    package let level: CoreLogLevel
    package let write: Write

    /// `level` is the least that reaches `write`.
    package init(level: CoreLogLevel, write: @escaping Write) {
        self.level = level
        self.write = write
    }
}
