/// The engine's counters.
package struct CoreStatistics: Sendable, Equatable {
    /// Answers by the first digit of their status. No array: reading counters allocates nothing.
    package struct Responses: Sendable, Equatable {
        package var informational: UInt64 = 0
        package var successful: UInt64 = 0
        package var redirected: UInt64 = 0
        package var clientErrors: UInt64 = 0
        package var serverErrors: UInt64 = 0

        package init(
            informational: UInt64 = 0, successful: UInt64 = 0, redirected: UInt64 = 0,
            clientErrors: UInt64 = 0, serverErrors: UInt64 = 0
        ) {
            self.informational = informational
            self.successful = successful
            self.redirected = redirected
            self.clientErrors = clientErrors
            self.serverErrors = serverErrors
        }
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
}
