/// Routes that share a prefix and middleware; what ``RouteBuilder/group(_:middleware:build:)`` hands to its closure.
public struct RouteGroup: RouteBuilder, Sendable {
    private(set) var routes: [Route] = []
    private var middlewares: [any Middleware] = []

    init() {}

    /// Registers a route in the group.
    public mutating func register(_ route: Route) { routes.append(route.wrapped(in: middlewares)) }

    /// Wraps the group's routes that are registered from here on.
    public mutating func use(_ middleware: any Middleware) { middlewares.append(middleware) }
}
