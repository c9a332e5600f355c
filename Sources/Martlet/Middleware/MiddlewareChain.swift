/// The middlewares of a route, outermost first, and the controller at their end. A class, so that going on along it
/// copies one reference.
final class MiddlewareChain<End: Sendable>: Sendable {
    let middlewares: [any Middleware]
    let end: End

    init(_ middlewares: [any Middleware], end: End) {
        self.middlewares = middlewares
        self.end = end
    }
}

struct WrappedController: Controller {
    let chain: MiddlewareChain<any Controller>

    func handle(_ request: borrowing Request, _ response: inout Response) throws {
        try Next(chain)(request, &response)
    }
}

struct WrappedAsyncController: AsyncController {
    let chain: MiddlewareChain<any AsyncController>

    func handle(_ request: borrowing Request, _ response: inout Response) async throws {
        try await AsyncNext(chain)(request, &response)
    }
}
