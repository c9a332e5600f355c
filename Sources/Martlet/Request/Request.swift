public import HTTPTypes

/// What a handler may ask of the request it answers.
///
/// A request is a view of bytes that belong to its connection: it costs nothing to make, and it is gone when the
/// handler returns. Therefore it can be neither stored nor returned nor captured by an escaping closure; the compiler
/// refuses. What a handler wants to keep, it takes out as a `String`, an array or a decoded value. Members that end in
/// `Bytes` are views without a copy; their neighbours make strings, in which bytes that are no UTF-8 become U+FFFD.
///
/// Thread: the handler's. An async handler may use it until it returns, on whatever thread it runs.
public struct Request: ~Escapable {
    // Not `~Copyable` as well: Swift 6.3 crashes on a noncopyable parameter of a closure that an escaping closure
    // captures, where this form gets an error that names the parameter. A copy that cannot escape is harmless.
    let core: CoreRequest

    @_lifetime(copy core)
    init(_ core: CoreRequest) { self.core = core }

    /// The method.
    public var method: HTTPRequest.Method {
        switch verb {
        case .get: .get
        case .head: .head
        case .post: .post
        case .put: .put
        case .delete: .delete
        case .options: .options
        case .patch: .patch
        case .connect: .connect
        case .trace: .trace
        case .other: HTTPRequest.Method(String(decoding: core.methodName)) ?? .get
        }
    }

    /// The method as a plain number, for a `switch` that costs nothing.
    public var verb: Verb { Verb(core.method) }

    /// The version of HTTP that the peer speaks.
    public var version: Version { core.minorVersion == 0 ? .http1_0 : .http1_1 }

    /// The request target as it came. RFC 9112 §3.2.
    public var target: String { String(decoding: core.target) }

    /// The target's path, not percent-decoded.
    public var path: String { String(decoding: core.path) }

    /// What follows the target's "?", not percent-decoded; empty when there is none.
    public var query: String { String(decoding: core.query) }

    /// The target's authority, or the Host field's value.
    public var authority: String { String(decoding: core.authority) }

    /// The pattern of the route that matched, such as "/users/{id}"; empty in a fallback handler.
    public var route: String { String(decoding: core.route) }

    /// The peer's address: "127.0.0.1:4711", "[::1]:4711" or "unix".
    public var peerAddress: String { core.peer }
}
