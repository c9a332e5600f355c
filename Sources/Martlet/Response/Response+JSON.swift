#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

extension Response {
    /// Sets the body to `value` as JSON, as "application/json" unless Content-Type is set.
    ///
    /// - Parameter encoder: nil: one that gives the same bytes for the same value, its keys in order and its slashes
    ///   as they are.
    /// - Throws: `EncodingError` when the value cannot be encoded.
    public mutating func send(json value: some Encodable, using encoder: JSONEncoder? = nil) throws {
        let data = try (encoder ?? DefaultEncoder.shared).encode(value)
        describe(as: "application/json")
        noteBody(core.copyBody(data.span), count: data.count)
    }
}

private enum DefaultEncoder {
    /// Made once; never changed, so that threads may share it.
    static let shared: JSONEncoder = {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return encoder
    }()
}
