/// A test's client that got no proper answer.
public enum TestError: Error, Sendable, CustomStringConvertible {
    /// The text is no address, such as "127.0.0.1:8080", "[::1]:8080" or "unix:/run/x".
    case badAddress(String)
    /// The connection failed, for the reason that the system gives.
    case connection(String)
    /// Nothing came for ten seconds.
    case timeout
    /// The connection ended before the response did; with what came of its body.
    case truncated([UInt8])
    /// What came is no response.
    case malformed(String)
    /// A client in process has no connections: it sends all and receives all.
    case noConnection

    /// One sentence for a person.
    public var description: String {
        switch self {
        case .badAddress(let text): "\"\(text)\" is no address."
        case .connection(let reason): "The connection failed: \(reason)."
        case .timeout: "Nothing came for ten seconds."
        case .truncated(let bytes): "The connection ended after \(bytes.count) bytes of the body."
        case .malformed(let line): "This is no response: \(line)"
        case .noConnection: "A client in process has no connections."
        }
    }
}
