/// A server that cannot start, or a call that does not fit the server's state.
public struct ServerError: Error, Sendable, CustomStringConvertible {
    /// What went wrong.
    public enum Kind: Sendable {
        /// Another socket has the address.
        case addressInUse
        /// The address cannot be resolved or does not belong to this machine.
        case addressUnavailable
        /// The system refused for lack of rights.
        case permission
        /// The server was started before, or is not running, whichever the call cannot do with.
        case invalidState
        /// A setting was refused by the engine.
        case invalidConfiguration
        /// There was no memory.
        case outOfMemory
        /// Another failure of the system.
        case system
    }

    /// What went wrong.
    public let kind: Kind
    /// One sentence for a person.
    public let description: String
    /// errno of the system call that failed, or 0.
    public let systemErrorNumber: Int

    init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
        systemErrorNumber = 0
    }

    init(_ error: CoreError) {
        kind = Kind(error.status)
        description = error.message
        systemErrorNumber = Int(error.systemErrorNumber)
    }
}

extension ServerError.Kind {
    fileprivate init(_ status: CoreStatus) {
        switch status {
        case .addressInUse: self = .addressInUse
        case .addressUnavailable: self = .addressUnavailable
        case .permission: self = .permission
        case .invalidState, .wrongThread, .closed: self = .invalidState
        case .invalidArgument, .notFound, .conflict, .limit: self = .invalidConfiguration
        case .noMemory: self = .outOfMemory
        default: self = .system
        }
    }
}
