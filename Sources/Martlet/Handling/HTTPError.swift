public import HTTPTypes

/// An error that a handler throws to answer with a status.
public struct HTTPError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The status to answer with.
    public let status: HTTPResponse.Status
    /// What the peer is told, as text; nil: the status and its reason.
    public let message: String?
    /// Fields that the answer has to carry, such as WWW-Authenticate for 401.
    public let fields: HTTPFields

    /// An answer with `status`, and `message` for the peer to read.
    public init(_ status: HTTPResponse.Status, _ message: String? = nil, fields: HTTPFields = [:]) {
        self.status = status
        self.message = message
        self.fields = fields
    }

    /// The status and the message.
    public var description: String { message.map { "\(status.code) \($0)" } ?? status.text }

    /// The status that the peer gets for `error`: an HTTPError's own where it is one of an answer (200 … 599), else 500.
    public static func status(for error: any Error) -> HTTPResponse.Status {
        guard let error = error as? HTTPError, 200...599 ~= error.status.code else {
            return .internalServerError
        }
        return error.status
    }
}
