private import HTTPTypes
public import Logging

/// Logs each request when it was answered: method, path, status, bytes of the body and the time that the handler took,
/// and its X-Request-ID where ``RequestID`` runs too.
public struct AccessLog: HookMiddleware {
    private let logger: Logger
    private let level: Logger.Level

    /// Logs to `logger` at `level`.
    public init(logger: Logger = Logger(label: "martlet.access"), level: Logger.Level = .info) {
        self.logger = logger
        self.level = level
    }

    /// Looks at the clock.
    public func willHandle(
        _ request: borrowing Request, _ response: inout Response
    ) -> ContinuousClock.Instant {
        .now
    }

    /// Logs the line.
    public func didHandle(
        _ request: borrowing Request, _ response: inout Response, state start: ContinuousClock.Instant,
        error: (any Error)?
    ) {
        guard logger.logLevel <= level else { return }
        let status = Self.status(of: response, error)
        var metadata: Logger.Metadata = [
            "method": "\(request.method.rawValue)",
            "path": "\(request.path)",
            "status": "\(status.code)",
            "bytes": "\(response.bodyByteCount)",
            "microseconds": "\(start.duration(to: .now) / .microseconds(1))",
        ]
        if let id = response.fields[.xRequestID] { metadata["request-id"] = "\(id)" }
        logger.log(level: level, "request", metadata: metadata)
    }

    /// The status that the peer gets. An error behind the head of a stream changes nothing about it.
    private static func status(
        of response: borrowing Response, _ error: (any Error)?
    ) -> HTTPResponse.Status {
        if response.isStreaming { return response.status }
        if let error { return HTTPError.status(for: error) }
        return response.isUnanswered ? .internalServerError : response.status
    }
}
