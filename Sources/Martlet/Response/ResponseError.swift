public import HTTPTypes

/// A call on a ``Response`` or a ``ResponseWriter`` that could not be done.
public enum ResponseError: Error, Sendable, Equatable, CustomStringConvertible {
    // Indirect, so that every response has room for one word and not for a name.
    /// The field's value has a line break or another control character, or the field belongs to the server.
    indirect case refusedField(HTTPField.Name)
    /// The status is not in 200 … 599.
    case invalidStatus(Int)
    /// All fields together are past 64 KiB, or the stream past the length that was announced.
    case tooLarge
    /// The head is out, or the answer complete: nothing can be changed.
    case alreadySent
    /// The peer is gone, or the server stopped.
    case closed
    /// The task was cancelled while it waited for the peer to take what it had written.
    case cancelled
    /// There was no memory.
    case outOfMemory
    /// A stream needs an async handler, and the engine refused for no other reason known.
    case unavailable

    /// The errors whose reason the status tells; nil for what depends on the call.
    init?(_ status: CoreStatus) {
        switch status {
        case .limit: self = .tooLarge
        case .invalidState: self = .alreadySent
        case .closed: self = .closed
        case .noMemory: self = .outOfMemory
        default: return nil
        }
    }

    /// One sentence for a person.
    public var description: String {
        switch self {
        case .refusedField(let name):
            "The field \(name.rawName) belongs to the server, or its value has a control character."
        case .invalidStatus(let code): "The status \(code) is not in 200 … 599."
        case .tooLarge: "The fields are past 64 KiB, or the stream is past its announced length."
        case .alreadySent: "The response was sent already."
        case .closed: "The peer is gone or the server has stopped."
        case .cancelled: "The task was cancelled while it waited for the peer."
        case .outOfMemory: "There was no memory for the response."
        case .unavailable: "The response cannot do that here."
        }
    }
}
