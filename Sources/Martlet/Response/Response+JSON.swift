#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

extension Response {
    /// Sets the body to `value` as JSON, as "application/json" unless Content-Type is set.
    ///
    /// - Throws: `EncodingError` when the value cannot be encoded.
    public mutating func send(
        json value: some Encodable, using encoder: JSONEncoder = JSONEncoder()
    ) throws {
        let data = try encoder.encode(value)
        note(core.setContentTypeIfAbsent("application/json"))
        noteBody(core.copyBody(data.span), count: data.count)
    }
}
