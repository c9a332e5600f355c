public import HTTPTypes

/// What an error answer is about; what ``Server/onError(_:)`` gets to fill one.
public struct ErrorReport: Sendable {
    /// The status of the answer, already set.
    public let status: HTTPResponse.Status
    /// What the peer may read about it.
    public let message: String
    /// What the handler threw; nil when the server itself refused the request.
    public let error: (any Error)?
    /// The request's method; nil when the request could not be parsed.
    public let method: String?
    /// The request's target; nil when the request could not be parsed.
    public let target: String?
}

/// Fills the body of an error answer, whose status and necessary fields are set.
public typealias ErrorHandler = @Sendable (ErrorReport, inout Response) -> Void
