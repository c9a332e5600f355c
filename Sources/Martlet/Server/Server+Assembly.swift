extension Server {
    /// Makes the engine: settings, then routes, then sockets, so that a mistake in the program shows before a taken port.
    func assemble() throws -> CoreServer { try assemble(on: configuration.effectiveListeners) }

    /// As `assemble()`, with other listeners than those of the configuration.
    func assemble(on listeners: [Configuration.Listener]) throws -> CoreServer {
        try configuration.validate()
        do {
            let settings = configuration.applied(to: CoreConfiguration())
            let log = configuration.makeLogSink()
            let engine = try CoreServer(settings, log: log)
            try install(
                on: engine, HandlerContext(logger: configuration.logger, log: log, errorHandler: errorHandler)
            )
            for listener in listeners { try listener.open(on: engine) }
            return engine
        } catch let error as CoreError {
            throw ServerError(error)
        }
    }

    private func install(on engine: CoreServer, _ context: HandlerContext) throws {
        var problems: [String] = []
        for route in routes {
            do {
                try route.install(on: engine, context)
            } catch {
                problems.append(error.message)
            }
        }
        if !problems.isEmpty { throw RoutingError(problems: problems) }
        try installFallback(on: engine, context)
        guard let errorHandler else { return }
        try engine.errorHandler(EngineErrorHandler(handler: errorHandler, context: context))
    }

    private func installFallback(on engine: CoreServer, _ context: HandlerContext) throws(CoreError) {
        func install(_ handler: some CoreHandler) throws(CoreError) { try engine.fallback(handler) }
        switch fallbackRoute?.endpoint {
        case .sync(let controller, _):
            try install(Route.handler(controller, fallbackRoute?.middlewares ?? [], context))
        case .async(let controller, let delivery):
            try install(Route.handler(controller, delivery, fallbackRoute?.middlewares ?? [], context))
        case .files, nil: return
        }
    }
}

extension Configuration.Listener {
    fileprivate func open(on engine: CoreServer) throws(CoreError) {
        switch self {
        case .tcp(let host, let port): try engine.listen(host: host, port: UInt16(clamping: port))
        case .unix(let path, let mode): try engine.listen(path: path, mode: UInt32(clamping: mode))
        case .descriptor(let descriptor): try engine.listen(descriptor: descriptor)
        }
    }
}
