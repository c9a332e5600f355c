extension Request {
    /// A method as a plain number. RFC 9110 §9, RFC 5789.
    public enum Verb: Sendable {
        /// Transfers the resource's representation.
        case get
        /// As GET, without the body.
        case head
        /// Lets the resource process the body.
        case post
        /// Replaces the resource by the body.
        case put
        /// Removes the resource.
        case delete
        /// Asks what may be done with the resource.
        case options
        /// Changes a part of the resource.
        case patch
        /// Asks for a tunnel.
        case connect
        /// Asks for an echo of the request.
        case trace
        /// Any other method; ``Request/method`` has its name.
        case other

        init(_ method: CoreMethod) {
            switch method {
            case .get: self = .get
            case .head: self = .head
            case .post: self = .post
            case .put: self = .put
            case .delete: self = .delete
            case .options: self = .options
            case .patch: self = .patch
            case .connect: self = .connect
            case .trace: self = .trace
            case .unknown: self = .other
            }
        }
    }

    /// A version of HTTP.
    public enum Version: String, Sendable {
        /// HTTP/1.0.
        case http1_0 = "HTTP/1.0"
        /// HTTP/1.1.
        case http1_1 = "HTTP/1.1"
    }
}
