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
    /// The pattern, with the prefixes of its groups; of a folder of files all that is below it, "/static/{path...}".
    public var pattern: String {
        guard case .files = endpoint else { return path }
        return (path.hasSuffix("/") ? String(path.dropLast()) : path) + "/{path...}"
    }
    /// The limit of its own, in bytes; nil: the server's.
    public let maxBodyBytes: Int?
    let endpoint: Endpoint
    /// The pattern, or the prefix of a folder of files.
    private(set) var path: String
    private(set) var middlewares: [any Middleware] = []

    init(_ method: HTTPRequest.Method, _ pattern: String, maxBodyBytes: Int? = nil, _ endpoint: Endpoint) {
        self.method = method
        path = pattern
        self.maxBodyBytes = maxBodyBytes
        self.endpoint = endpoint
    }

    /// The same route inside a group.
    func nested(under prefix: String) -> Route {
        var route = self
        let base = prefix.hasSuffix("/") ? String(prefix.dropLast()) : prefix
        route.path = path == "/" && !base.isEmpty ? base : base + path
        return route
    }

    /// The same route with `outer` around what it has.
    func wrapped(in outer: [any Middleware]) -> Route {
        var route = self
        route.middlewares = outer + middlewares
        return route
    }
}
