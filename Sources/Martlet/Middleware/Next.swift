/// What a middleware wraps: the next middleware, or the controller.
public struct Next: Sendable {
    private let chain: MiddlewareChain<any Controller>
    private let index: Int

    init(_ chain: MiddlewareChain<any Controller>, at index: Int = 0) {
        self.chain = chain
        self.index = index
    }

    /// Goes on to it.
    public func callAsFunction(_ request: borrowing Request, _ response: inout Response) throws {
        guard index < chain.middlewares.count else { return try finish(request, &response) }
        let next = Next(chain, at: index + 1)
        try chain.middlewares[index].handle(request, &response, next: next)
    }

    /// What the controller could not do becomes an error here, so that middleware sees the answer that the peer gets.
    private func finish(_ request: borrowing Request, _ response: inout Response) throws {
        try chain.end.handle(request, &response)
        if let failure = response.failure { throw failure }
    }
}

/// What a middleware wraps on an async route: the next middleware, or the controller.
public struct AsyncNext: Sendable {
    private let chain: MiddlewareChain<any AsyncController>
    private let index: Int

    init(_ chain: MiddlewareChain<any AsyncController>, at index: Int = 0) {
        self.chain = chain
        self.index = index
    }

    /// Goes on to it.
    public func callAsFunction(_ request: borrowing Request, _ response: inout Response) async throws {
        guard index < chain.middlewares.count else { return try await finish(request, &response) }
        let next = AsyncNext(chain, at: index + 1)
        try await chain.middlewares[index].handle(request, &response, next: next)
    }

    /// As for synchronous routes.
    private func finish(_ request: borrowing Request, _ response: inout Response) async throws {
        try await chain.end.handle(request, &response)
        if let failure = response.failure { throw failure }
    }
}
