/// A server's counters since its start. Each is exact by itself; two of them may be a moment apart.
public struct Statistics: Sendable, Equatable {
    /// Answers by the first digit of their status.
    public struct Responses: Sendable, Equatable {
        /// 1xx.
        public let informational: Int
        /// 2xx.
        public let successful: Int
        /// 3xx.
        public let redirected: Int
        /// 4xx.
        public let clientErrors: Int
        /// 5xx.
        public let serverErrors: Int

        init(_ counts: CoreStatistics.Responses) {
            informational = Int(clamping: counts.informational)
            successful = Int(clamping: counts.successful)
            redirected = Int(clamping: counts.redirected)
            clientErrors = Int(clamping: counts.clientErrors)
            serverErrors = Int(clamping: counts.serverErrors)
        }
    }

    /// Connections accepted.
    public let connectionsTotal: Int
    /// Connections open now.
    public let connectionsOpen: Int
    /// Connections closed at once: over a limit, or the system had no descriptor left.
    public let connectionsRefused: Int
    /// Requests whose header section was read.
    public let requestsTotal: Int
    /// Requests not yet answered in full.
    public let requestsActive: Int
    /// Input refused as malformed or over a limit, before a handler.
    public let requestsRejected: Int
    /// Requests that found the queue of the workers full.
    public let workerRejections: Int
    /// Answers by the first digit of their status.
    public let responses: Responses
    /// Connections closed by a timeout.
    public let timeouts: Int
    /// Bytes read from sockets.
    public let bytesReceived: Int
    /// Bytes written to sockets.
    public let bytesSent: Int
    /// Since the start; exact to the millisecond.
    public let uptime: Duration

    init(_ engine: CoreStatistics) {
        connectionsTotal = Int(clamping: engine.connectionsTotal)
        connectionsOpen = Int(clamping: engine.connectionsOpen)
        connectionsRefused = Int(clamping: engine.connectionsRefused)
        requestsTotal = Int(clamping: engine.requestsTotal)
        requestsActive = Int(clamping: engine.requestsActive)
        requestsRejected = Int(clamping: engine.requestsRejected)
        workerRejections = Int(clamping: engine.workerRejections)
        responses = Responses(engine.responses)
        timeouts = Int(clamping: engine.timeouts)
        bytesReceived = Int(clamping: engine.bytesReceived)
        bytesSent = Int(clamping: engine.bytesSent)
        uptime = .milliseconds(Int64(clamping: engine.uptimeMilliseconds))
    }
}
