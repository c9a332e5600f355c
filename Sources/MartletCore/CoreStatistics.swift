internal import CCore

/// The engine's counters.
package struct CoreStatistics: Sendable, Equatable {
    package var connectionsTotal: UInt64 = 0
    package var connectionsOpen: UInt64 = 0
    package var connectionsRefused: UInt64 = 0
    package var requestsTotal: UInt64 = 0
    package var requestsActive: UInt64 = 0
    /// Answers by the first digit of their status: [0] 1xx … [4] 5xx.
    package var responses: [UInt64] = [0, 0, 0, 0, 0]
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
        responses = [informational, successful, redirected, clientErrors, serverErrors]
        requestsRejected = stats.requests_rejected
        timeouts = stats.timeouts
        bytesReceived = stats.bytes_received
        bytesSent = stats.bytes_sent
        workerRejections = stats.worker_rejections
        uptimeMilliseconds = stats.uptime_ms
    }
}
