public import HTTPTypes

/// A method, a pattern and what answers them.
public struct Route: Sendable {
    enum Endpoint: Sendable {
        case sync(any Controller, Executor)
        case async(any AsyncController, BodyDelivery)
        case files(root: String)
    }

    /// The method; GET for a folder of files.
    public let method: HTTPRequest.Method
    /// The pattern, with the prefixes of its groups.
    public private(set) var pattern: String
    /// The limit of its own, in bytes; nil: the server's.
    public let maxBodyBytes: Int?
    let endpoint: Endpoint
    private(set) var middlewares: [any Middleware] = []

    init(_ method: HTTPRequest.Method, _ pattern: String, maxBodyBytes: Int? = nil, _ endpoint: Endpoint) {
        self.method = method
        self.pattern = pattern
        self.maxBodyBytes = maxBodyBytes
        self.endpoint = endpoint
    }

    /// The same route inside a group.
    func nested(under prefix: String) -> Route {
        var route = self
        let base = prefix.hasSuffix("/") ? String(prefix.dropLast()) : prefix
        route.pattern = pattern == "/" && !base.isEmpty ? base : base + pattern
        return route
    }

    /// The same route with `outer` around what it has.
    func wrapped(in outer: [any Middleware]) -> Route {
        var route = self
        route.middlewares = outer + middlewares
        return route
    }
}
