/// Answers requests and returns when it has.
///
/// It runs on the event loop that read the request, and must not block there; a route registered `on: .workers` runs it
/// on a thread that may. It is called from several threads at once. An error that it throws becomes an answer:
/// ``HTTPError`` its status, any other 500 with a line in the log.
public protocol Controller: Sendable {
    /// Fills `response` for `request`.
    func handle(_ request: borrowing Request, _ response: inout Response) throws
}

/// Answers requests with Swift concurrency.
///
/// It starts on the event loop that read the request and leaves it when it first suspends; before that it must not
/// block. The answer is sent when it returns. When the server stops before, or learns that the peer is gone (one that
/// only closed its sending half is not), the task is cancelled. Errors become answers as for ``Controller``.
public protocol AsyncController: Sendable {
    /// Fills `response` for `request`.
    func handle(_ request: borrowing Request, _ response: inout Response) async throws
}

/// A closure that answers requests; see ``Controller``.
public typealias Handler = @Sendable (borrowing Request, inout Response) throws -> Void

/// A closure that answers requests with Swift concurrency; see ``AsyncController``.
public typealias AsyncHandler = @Sendable (borrowing Request, inout Response) async throws -> Void

struct ClosureController: Controller {
    let handler: Handler

    func handle(_ request: borrowing Request, _ response: inout Response) throws {
        try handler(request, &response)
    }
}

struct AsyncClosureController: AsyncController {
    let handler: AsyncHandler

    func handle(_ request: borrowing Request, _ response: inout Response) async throws {
        try await handler(request, &response)
    }
}
