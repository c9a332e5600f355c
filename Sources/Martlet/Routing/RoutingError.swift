/// What is wrong with the routes of a server that was to start.
public struct RoutingError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong with each route that cannot be served, such as one whose pattern meets the same requests as another's.
    public let problems: [String]

    /// All of them in one sentence.
    public var description: String { problems.joined(separator: "; ") }
}
