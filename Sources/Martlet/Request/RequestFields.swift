public import HTTPTypes

/// The header or trailer fields of a request, as they came. A view: it makes strings only of what is asked for.
public struct RequestFields: ~Escapable {
    enum Section { case header, trailer }

    private let core: CoreRequest
    private let section: Section

    @_lifetime(copy core)
    init(_ core: CoreRequest, section: Section) {
        self.core = core
        self.section = section
    }

    /// How many fields there are; a name that came twice counts twice.
    public var count: Int { section == .header ? core.fieldCount : core.trailerCount }

    /// The first value of that name, or nil.
    public subscript(name: HTTPField.Name) -> String? {
        guard section == .trailer else {
            guard let value = core.field(named: name.canonicalName) else { return nil }
            return String(decoding: value)
        }
        return values(of: name).first
    }

    /// The bytes of the first header field's value of that name, not copied, or nil. Header fields only.
    @_lifetime(copy self)
    public func bytes(of name: HTTPField.Name) -> Span<UInt8>? {
        section == .header ? core.field(named: name.canonicalName) : nil
    }

    /// All values of that name, in the order they came.
    public func values(of name: HTTPField.Name) -> [String] {
        var values: [String] = []
        forEach { candidate, value in
            if candidate.lowercased() == name.canonicalName { values.append(value) }
        }
        return values
    }

    /// Whether there is a field of that name.
    public func contains(_ name: HTTPField.Name) -> Bool { self[name] != nil }

    /// Calls `body` with each name and value, in the order they came.
    public func forEach(_ body: (_ name: String, _ value: String) throws -> Void) rethrows {
        for index in 0..<count {
            let field = self.field(at: index)
            try body(String(decoding: field.name), String(decoding: field.value))
        }
    }

    /// A copy of all fields in the common type.
    public var httpFields: HTTPFields {
        var fields = HTTPFields()
        forEach { name, value in
            guard let name = HTTPField.Name(name) else { return }
            fields.append(HTTPField(name: name, value: value))
        }
        return fields
    }

    @_lifetime(copy self)
    private func field(at index: Int) -> CoreField {
        section == .header ? core.field(at: index) : core.trailer(at: index)
    }
}
