public import HTTPTypes

/// The header fields of a response. A value that cannot be sent is refused: see ``Response/failure``.
public struct ResponseFields: ~Copyable, ~Escapable {
    private let core: CoreResponse
    private(set) var failure: ResponseError?

    @_lifetime(copy core)
    init(_ core: CoreResponse, failure: ResponseError?) {
        self.core = core
        self.failure = failure
    }

    /// The first value of that name. Set, it replaces all fields of that name; set to nil, it removes them.
    public subscript(name: HTTPField.Name) -> String? {
        get { core.field(named: name.rawName) }
        set {
            guard let newValue else { return note(core.removeField(name.rawName), name) }
            note(core.setField(name.rawName, newValue), name)
        }
    }

    /// Adds a field behind those that are there, also of the same name.
    public mutating func append(_ value: String, for name: HTTPField.Name) {
        note(core.addField(name.rawName, value), name)
    }

    private mutating func note(_ status: CoreStatus, _ name: HTTPField.Name) {
        if status == .ok || failure != nil { return }
        failure = ResponseError(status) ?? .refusedField(name)
    }
}
