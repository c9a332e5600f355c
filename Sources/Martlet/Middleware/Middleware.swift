/// Wraps controllers: sees each request before them and each response after them.
///
/// A route is either synchronous or async, so a middleware has both entry points; one that does the same in both is
/// written once as a ``HookMiddleware``. Middleware wraps the routes that are registered after it, the first one
/// outermost. Routes without middleware pay nothing for its existence. What the server answers by itself (files, 405,
/// malformed requests) does not pass through it.
public protocol Middleware: Sendable {
    /// Handles a request of a synchronous route: calls `next`, or answers by itself.
    func handle(_ request: borrowing Request, _ response: inout Response, next: Next) throws

    /// Handles a request of an async route: awaits `next`, or answers by itself.
    func handle(_ request: borrowing Request, _ response: inout Response, next: AsyncNext) async throws
}

/// A middleware that acts before and after the controller, and is written once for synchronous and async routes.
public protocol HookMiddleware: Middleware {
    /// What it carries from before to after.
    associatedtype State

    /// Called before the controller. An error that it throws is the answer; the controller is then not called.
    func willHandle(_ request: borrowing Request, _ response: inout Response) throws -> State

    /// Called after the controller. `error` is what the controller threw, which becomes the answer later.
    func didHandle(
        _ request: borrowing Request, _ response: inout Response, state: State, error: (any Error)?)
}

extension HookMiddleware {
    /// Calls the hooks around `next`.
    public func handle(_ request: borrowing Request, _ response: inout Response, next: Next) throws {
        let state = try willHandle(request, &response)
        do {
            try next(request, &response)
        } catch {
            didHandle(request, &response, state: state, error: error)
            throw error
        }
        didHandle(request, &response, state: state, error: nil)
    }

    /// Calls the hooks around `next`.
    public func handle(
        _ request: borrowing Request, _ response: inout Response, next: AsyncNext
    ) async throws {
        let state = try willHandle(request, &response)
        do {
            try await next(request, &response)
        } catch {
            didHandle(request, &response, state: state, error: error)
            throw error
        }
        didHandle(request, &response, state: state, error: nil)
    }
}
