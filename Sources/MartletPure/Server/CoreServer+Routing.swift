package import MartletEngine

extension CoreServer {
    package func route(
        _ method: CoreMethod, _ pattern: String, options: CoreRouteOptions, handler: some CoreHandler
    ) throws(CoreError) {
        if method == .unknown || method == .connect {
            throw CoreError(
                status: .invalidArgument,
                message: method == .connect
                    ? "method CONNECT is answered 501: no route can have it"
                    : "method is none that a route can have")
        }
        try add(Route(method, pattern, options: options, handler: HandlerBoxOf(handler)))
    }

    package func files(prefix: String, root: String) throws(CoreError) {
        var folder = prefix
        while folder.utf8.last == UInt8(ascii: "/") { folder.removeLast() }
        let handler = try FileHandler(root: root)
        try add(Route(.get, folder + "/{path...}", options: CoreRouteOptions(), handler: handler))
    }

    package func fallback(_ handler: some CoreHandler) throws(CoreError) {
        try checkOpen("handlers are set before start")
        shared.fallback = Route(fallback: HandlerBoxOf(handler))
    }

    package func errorHandler(_ handler: some CoreErrorHandler) throws(CoreError) {
        try checkOpen("handlers are set before start")
        shared.errorHandler = ErrorHandlerBox(handler)
    }

    private func add(_ route: Route) throws(CoreError) {
        try checkOpen("routes are registered before start")
        if route.options.runsOnWorker && route.options.streamsBody {
            throw CoreError(
                status: .invalidArgument,
                message: "route \(route.pattern): a worker route takes the body whole, not as a stream")
        }
        if route.options.runsOnWorker && shared.configuration.workers == 0 {
            throw CoreError(
                status: .invalidArgument,
                message: "route \(route.pattern): needs workers, and the server has 0 of them")
        }
        try shared.router.add(route)
    }

    private func checkOpen(_ rule: String) throws(CoreError) {
        if isOpen { return }
        throw CoreError(status: .invalidState, message: "the server has started; \(rule)")
    }
}
