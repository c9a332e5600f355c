private import HTTPTypes

/// What the parameters of a route's pattern stand for in this request, percent-decoded.
public struct Parameters: ~Escapable {
    private let core: CoreRequest

    @_lifetime(copy core)
    init(_ core: CoreRequest) { self.core = core }

    /// How many parameters the pattern has.
    public var count: Int { core.parameterCount }

    /// The value of a parameter; "" when the pattern has none of that name. A `{name}` never matches an empty
    /// segment, so that for the names of the pattern "" can only come from a `{name…}`.
    public subscript(name: String) -> String { value(of: name) ?? "" }

    /// The value of a parameter; nil when the pattern has none of that name.
    public func value(of name: String) -> String? {
        guard let bytes = core.parameter(named: name) else { return nil }
        return String(decoding: bytes)
    }

    /// The bytes of a parameter's value, not copied; nil when the pattern has none of that name.
    @_lifetime(copy self)
    public func bytes(of name: String) -> Span<UInt8>? { core.parameter(named: name) }

    /// The value of a parameter as a number, a UUID or whatever else has a text form.
    ///
    /// - Throws: ``HTTPError`` 400 when the text is none of that type, or there is no such parameter.
    public func require<Value: LosslessStringConvertible>(
        _ name: String, as type: Value.Type = Value.self
    ) throws(HTTPError) -> Value {
        if let value = Value(self[name]) { return value }
        throw HTTPError(.badRequest, "The path's \"\(name)\" is not a valid \(type).")
    }

    /// Calls `body` with each name and value, in the pattern's order.
    public func forEach(_ body: (_ name: String, _ value: String) throws -> Void) rethrows {
        for index in 0..<count {
            let parameter = core.parameter(at: index)
            try body(String(decoding: parameter.name), String(decoding: parameter.value))
        }
    }
}
