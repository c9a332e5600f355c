/// A setting that cannot be used.
public struct ConfigurationError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The setting's name: that of the property, or of the environment variable that it came from.
    public let field: String
    /// The value as it was given.
    public let value: String
    /// What would have been allowed.
    public let allowed: String
    /// One sentence for a person.
    public let description: String

    /// A value that is out of its range.
    public init(field: String, value: String, allowed: String) {
        self.field = field
        self.value = value
        self.allowed = allowed
        // With escapes: a value with a line break in it must not make two lines of the sentence.
        description = "\(field) is \(value.debugDescription), but must be \(allowed)."
    }

    /// An environment variable that means nothing.
    init(unknown variable: String, value: String, known: [String]) {
        field = variable
        self.value = value
        allowed = known.joined(separator: ", ")
        description = "\(variable) is not a known setting; the known ones are \(allowed)."
    }
}
