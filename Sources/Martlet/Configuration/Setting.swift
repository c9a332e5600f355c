/// One setting as data: what the environment reader and the range check walk over.
struct Setting: Sendable {
    /// Where the value lives, and what it may be.
    enum Value: Sendable {
        case text(any WritableKeyPath<Configuration, String> & Sendable)
        case flag(any WritableKeyPath<Configuration, Bool> & Sendable)
        case integer(any WritableKeyPath<Configuration, Int> & Sendable, ClosedRange<Int>)
        /// In milliseconds.
        case duration(any WritableKeyPath<Configuration, Duration> & Sendable)
    }

    /// The property's name.
    let field: String
    /// The environment variable's name, without its prefix.
    let variable: String
    let value: Value

    init(_ field: String, _ variable: String, _ value: Value) {
        self.field = field
        self.variable = variable
        self.value = value
    }

    /// The widest range of the engine's 32-bit numbers.
    static let word = 0...Int(UInt32.max)

    static let all: [Setting] = [
        Setting("host", "HOST", .text(\.host)),
        Setting("port", "PORT", .integer(\.port, 0...65535)),
        Setting("backlog", "BACKLOG", .integer(\.backlog, 1...65535)),
        Setting("reactors", "REACTORS", .integer(\.reactors, 0...1024)),
        Setting("pinReactors", "PIN_REACTORS", .flag(\.pinReactors)),
        Setting("workers", "WORKERS", .integer(\.workers, 0...1024)),
        Setting(
            "workerQueueCapacity", "WORKER_QUEUE_CAPACITY", .integer(\.workerQueueCapacity, 1...1_048_576)),
        Setting("handlerWarning", "HANDLER_WARNING_MS", .duration(\.handlerWarning)),
        Setting(
            "maxRequestLineBytes", "MAX_REQUEST_LINE_BYTES", .integer(\.maxRequestLineBytes, 64...1_048_576)),
        Setting("maxHeaderFields", "MAX_HEADER_FIELDS", .integer(\.maxHeaderFields, 1...4096)),
        Setting("maxHeaderBytes", "MAX_HEADER_BYTES", .integer(\.maxHeaderBytes, 256...1_048_576)),
        Setting("maxBodyBytes", "MAX_BODY_BYTES", .integer(\.maxBodyBytes, 0...Int.max)),
        Setting("maxConnections", "MAX_CONNECTIONS", .integer(\.maxConnections, word)),
        Setting(
            "maxConnectionsPerPeer", "MAX_CONNECTIONS_PER_PEER", .integer(\.maxConnectionsPerPeer, word)),
        Setting(
            "maxPipelinedRequests", "MAX_PIPELINED_REQUESTS", .integer(\.maxPipelinedRequests, 1...65536)),
        Setting(
            "maxRequestsPerConnection", "MAX_REQUESTS_PER_CONNECTION",
            .integer(\.maxRequestsPerConnection, 0...Int.max)),
        Setting(
            "outputHighWaterBytes", "OUTPUT_HIGH_WATER_BYTES",
            .integer(\.outputHighWaterBytes, 4096...2_147_483_647)),
        Setting(
            "outputLowWaterBytes", "OUTPUT_LOW_WATER_BYTES",
            .integer(\.outputLowWaterBytes, 0...2_147_483_646)),
        Setting(
            "minTransferBytesPerSecond", "MIN_TRANSFER_BYTES_PER_SECOND",
            .integer(\.minTransferBytesPerSecond, word)),
        Setting("headerTimeout", "HEADER_TIMEOUT_MS", .duration(\.headerTimeout)),
        Setting("bodyTimeout", "BODY_TIMEOUT_MS", .duration(\.bodyTimeout)),
        Setting("idleTimeout", "IDLE_TIMEOUT_MS", .duration(\.idleTimeout)),
        Setting("writeTimeout", "WRITE_TIMEOUT_MS", .duration(\.writeTimeout)),
        Setting("shutdownTimeout", "SHUTDOWN_TIMEOUT_MS", .duration(\.shutdownTimeout)),
        Setting("lingerTimeout", "LINGER_TIMEOUT_MS", .duration(\.lingerTimeout)),
        Setting("serverName", "SERVER_NAME", .text(\.serverName)),
    ]
}

extension Duration {
    /// Whole milliseconds, a rest rounded away from zero: what is little must not become "no limit", nor what is below
    /// zero valid. nil when they do not fit.
    var wholeMilliseconds: Int? {
        let (seconds, attoseconds) = components
        let (thousands, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        if overflow { return nil }
        let (rest, fraction) = attoseconds.quotientAndRemainder(dividingBy: 1_000_000_000_000_000)
        let (sum, sumOverflow) = thousands.addingReportingOverflow(rest + fraction.signum())
        return sumOverflow ? nil : Int(exactly: sum)
    }
}
