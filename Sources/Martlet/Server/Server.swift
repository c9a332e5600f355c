private import HTTPTypes
public import ServiceLifecycle

/// An HTTP server: its settings, its routes, and once it runs, its threads.
///
/// ```swift
/// var server = Server(.init(port: 8080))
/// server.get("/hello") { request, response in response.send("Hello, World!") }
/// try await server.runUntilSignal()
/// ```
///
/// It is a value until it starts: copies have routes of their own. What runs is shared by all copies, and runs once.
public struct Server: RouteBuilder, Service {
    /// The settings, as given.
    public let configuration: Configuration
    /// What was registered so far, in order.
    public private(set) var routes: [Route] = []
    /// The running side of the server; it may be captured by handlers.
    public let control = ServerControl()

    var fallbackRoute: Route?
    var errorHandler: ErrorHandler?
    private var middlewares: [any Middleware] = []

    /// A server that does nothing yet; its configuration is checked when it starts.
    public init(_ configuration: Configuration = Configuration()) {
        self.configuration = configuration
    }

    /// Registers a route as it is.
    public mutating func register(_ route: Route) { routes.append(route.wrapped(in: middlewares)) }

    /// Wraps the routes that are registered from here on.
    public mutating func use(_ middleware: any Middleware) { middlewares.append(middleware) }

    /// Answers what no pattern matches, instead of the plain 404. The status is 404 unless the handler sets another.
    public mutating func fallback(_ handler: @escaping Handler) {
        fallback(ClosureController(handler: handler))
    }

    /// Answers what no pattern matches, instead of the plain 404. The status is 404 unless the controller sets another.
    public mutating func fallback(_ controller: some Controller) {
        fallbackRoute = Route(.get, "", .sync(controller, .reactor)).wrapped(in: middlewares)
    }

    /// Answers what no pattern matches, with Swift concurrency.
    public mutating func fallback(_ handler: @escaping AsyncHandler) {
        let controller = AsyncClosureController(handler: handler)
        fallbackRoute = Route(.get, "", .async(controller, .whole)).wrapped(in: middlewares)
    }

    /// Fills the body of error answers, those of handlers that threw and those that the server itself makes (404 where
    /// there is no fallback, 405, 413 and others). Status and necessary fields are set.
    public mutating func onError(_ handler: @escaping ErrorHandler) { errorHandler = handler }
}
