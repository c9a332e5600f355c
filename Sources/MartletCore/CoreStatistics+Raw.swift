internal import CCore
internal import MartletEngine

extension CoreStatistics {
    init(_ stats: mt_stats) {
        self.init()
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
