private import HTTPTypes

extension Route {
    /// Registers the route with the engine.
    func install(on engine: CoreServer, _ context: HandlerContext) throws(CoreError) {
        let method = try engineMethod()
        let options = try engineOptions()
        switch endpoint {
        case .files(let root):
            try engine.files(prefix: path, root: root)
        case .sync(let controller, _):
            let handler = Route.handler(controller, middlewares, context)
            try Route.install(handler, on: engine, method, pattern, options)
        case .async(let controller, let delivery):
            let handler = Route.handler(controller, delivery, middlewares, context)
            try Route.install(handler, on: engine, method, pattern, options)
        }
    }

    static func handler(
        _ controller: any Controller, _ middlewares: [any Middleware], _ context: HandlerContext
    ) -> any CoreHandler {
        func direct(_ controller: some Controller) -> any CoreHandler {
            ControllerHandler(controller: controller, context: context)
        }
        if middlewares.isEmpty { return direct(controller) }
        return direct(WrappedController(chain: MiddlewareChain(middlewares, end: controller)))
    }

    static func handler(
        _ controller: any AsyncController, _ delivery: BodyDelivery, _ middlewares: [any Middleware],
        _ context: HandlerContext
    ) -> any CoreHandler {
        let wrapped =
            middlewares.isEmpty
            ? controller : WrappedAsyncController(chain: MiddlewareChain(middlewares, end: controller))
        return AsyncControllerHandler(wrapped, streamsBody: delivery == .stream, context)
    }

    private static func install(
        _ handler: some CoreHandler, on engine: CoreServer, _ method: CoreMethod, _ pattern: String,
        _ options: CoreRouteOptions
    ) throws(CoreError) {
        try engine.route(method, pattern, options: options, handler: handler)
    }

    private func engineMethod() throws(CoreError) -> CoreMethod {
        switch method {
        case .get: return .get
        case .head: return .head
        case .post: return .post
        case .put: return .put
        case .delete: return .delete
        case .options: return .options
        case .patch: return .patch
        case .connect: return .connect
        case .trace: return .trace
        default:
            throw CoreError(
                status: .invalidArgument,
                message: "\(method.rawValue) \"\(pattern)\": the method is none that can be routed")
        }
    }

    private func engineOptions() throws(CoreError) -> CoreRouteOptions {
        var options = CoreRouteOptions()
        if case .sync(_, .workers) = endpoint { options.runsOnWorker = true }
        if case .async(_, .stream) = endpoint { options.streamsBody = true }
        guard let maxBodyBytes else { return options }
        if maxBodyBytes < 1 {
            throw CoreError(
                status: .invalidArgument,
                message:
                    "\(method.rawValue) \"\(pattern)\": maxBodyBytes is \(maxBodyBytes), but must be 1 … \(Int.max)"
            )
        }
        options.maxBodyBytes = maxBodyBytes == Int.max ? UInt64.max : UInt64(maxBodyBytes)
        return options
    }
}
