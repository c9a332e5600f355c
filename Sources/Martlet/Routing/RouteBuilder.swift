public import HTTPTypes

/// Something that routes are registered with: a ``Server`` or a ``RouteGroup``.
///
/// A pattern starts with "/"; a segment is literal text, `{name}` (one segment) or, last, `{name…}` (the rest of the
/// path, slashes included). Literal text wins over a parameter, a parameter over a rest. A GET route answers HEAD too,
/// unless HEAD has its own. Registering never fails: what is wrong with patterns, or between them, is reported when the
/// server starts, all of it at once, as a ``RoutingError``.
public protocol RouteBuilder {
    /// Registers a route as it is.
    mutating func register(_ route: Route)

    /// Wraps the routes that are registered from here on.
    mutating func use(_ middleware: any Middleware)
}

extension RouteBuilder {
    /// Registers a controller for a method.
    ///
    /// - Parameters:
    ///   - executor: where it runs.
    ///   - maxBodyBytes: bytes of a request body, past which 413 is answered; nil: the server's limit; `Int.max`: none.
    public mutating func on(
        _ method: HTTPRequest.Method, _ pattern: String, on executor: Executor = .reactor,
        maxBodyBytes: Int? = nil, _ controller: some Controller
    ) {
        register(Route(method, pattern, maxBodyBytes: maxBodyBytes, .sync(controller, executor)))
    }

    /// Registers a closure for a method. Parameters as for a controller.
    public mutating func on(
        _ method: HTTPRequest.Method, _ pattern: String, on executor: Executor = .reactor,
        maxBodyBytes: Int? = nil, _ handler: @escaping Handler
    ) {
        let controller = ClosureController(handler: handler)
        register(Route(method, pattern, maxBodyBytes: maxBodyBytes, .sync(controller, executor)))
    }

    /// Registers an async controller for a method.
    ///
    /// - Parameters:
    ///   - body: how it gets the request's body.
    ///   - maxBodyBytes: bytes of a request body, past which 413 is answered; nil: the server's limit; `Int.max`: none.
    public mutating func on(
        _ method: HTTPRequest.Method, _ pattern: String, body: BodyDelivery = .whole,
        maxBodyBytes: Int? = nil, _ controller: some AsyncController
    ) {
        register(Route(method, pattern, maxBodyBytes: maxBodyBytes, .async(controller, body)))
    }

    /// Registers an async closure for a method. Parameters as for an async controller.
    public mutating func on(
        _ method: HTTPRequest.Method, _ pattern: String, body: BodyDelivery = .whole,
        maxBodyBytes: Int? = nil, _ handler: @escaping AsyncHandler
    ) {
        let controller = AsyncClosureController(handler: handler)
        register(Route(method, pattern, maxBodyBytes: maxBodyBytes, .async(controller, body)))
    }

    /// Serves GET and HEAD of the files below the folder `root` under `prefix`, with Content-Type, Last-Modified and
    /// ETag, and answers conditional requests. Hidden files, and whatever leads out of the folder, are 404.
    public mutating func files(_ prefix: String, from root: String) {
        register(Route(.get, prefix, .files(root: root)))
    }

    /// Registers the routes that `build` adds under `prefix`, inside the middleware of the group.
    public mutating func group(
        _ prefix: String, middleware: any Middleware..., build: (inout RouteGroup) -> Void
    ) {
        var group = RouteGroup()
        for middleware in middleware { group.use(middleware) }
        build(&group)
        for route in group.routes { register(route.nested(under: prefix)) }
    }
}
