internal import CCore

/// The engine's counters.
package struct CoreStatistics: Sendable, Equatable {
    /// Answers by the first digit of their status. No array: reading counters allocates nothing.
    package struct Responses: Sendable, Equatable {
        package var informational: UInt64 = 0
        package var successful: UInt64 = 0
        package var redirected: UInt64 = 0
        package var clientErrors: UInt64 = 0
        package var serverErrors: UInt64 = 0
    }

    package var connectionsTotal: UInt64 = 0
    package var connectionsOpen: UInt64 = 0
    package var connectionsRefused: UInt64 = 0
    package var requestsTotal: UInt64 = 0
    package var requestsActive: UInt64 = 0
    package var responses = Responses()
    package var requestsRejected: UInt64 = 0
    package var timeouts: UInt64 = 0
    package var bytesReceived: UInt64 = 0
    package var bytesSent: UInt64 = 0
    package var workerRejections: UInt64 = 0
    package var uptimeMilliseconds: UInt64 = 0

    package init() {}

    init(_ stats: mt_stats) {
        connectionsTotal = stats.connections_total
        connectionsOpen = stats.connections_open
        connectionsRefused = stats.connections_refused
        requestsTotal = stats.requests_total
        requestsActive = stats.requests_active
        let (informational, successful, redirected, clientErrors, serverErrors) = stats.responses
        responses = Responses(
            informational: informational, successful: successful, redirected: redirected,
            clientErrors: clientErrors, serverErrors: serverErrors)
        requestsRejected = stats.requests_rejected
        timeouts = stats.timeouts
        bytesReceived = stats.bytes_received
        bytesSent = stats.bytes_sent
        workerRejections = stats.worker_rejections
        uptimeMilliseconds = stats.uptime_ms
    }
}
