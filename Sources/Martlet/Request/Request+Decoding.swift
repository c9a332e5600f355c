private import HTTPTypes

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

extension Request {
    /// The whole body as a value, decoded from JSON.
    ///
    /// - Throws: ``HTTPError`` 400 when the body is not the JSON of such a value.
    public func decode<Value: Decodable>(
        _ type: Value.Type, using decoder: JSONDecoder = JSONDecoder()
    ) throws -> Value {
        try Self.decode(type, bodyBytes, decoder)
    }

    /// The body as a value, decoded from JSON; awaited where the route streams it.
    ///
    /// - Throws: ``HTTPError`` 400 when the body is not the JSON of such a value; else as ``bodyStream``.
    public func decode<Value: Decodable>(
        _ type: Value.Type, using decoder: JSONDecoder = JSONDecoder()
    ) async throws -> Value {
        try Self.decode(type, await collectBody(), decoder)
    }

    private static func decode<Value: Decodable>(
        _ type: Value.Type, _ bytes: [UInt8], _ decoder: JSONDecoder
    ) throws -> Value {
        do {
            return try decoder.decode(type, from: Data(bytes))
        } catch let error as DecodingError {
            throw HTTPError(.badRequest, "The body is not what is expected here: \(error.reason)")
        }
    }
}

extension DecodingError {
    /// Where and what, without the names of our types: the peer reads it.
    fileprivate var reason: String {
        let context: Context
        switch self {
        case .keyNotFound(let key, let keyContext):
            return "\"\((keyContext.codingPath + [key]).joined)\" is missing."
        case .typeMismatch(_, let mismatch), .valueNotFound(_, let mismatch): context = mismatch
        case .dataCorrupted(let corrupted): context = corrupted
        @unknown default: return "it cannot be decoded."
        }
        return context.codingPath.isEmpty
            ? "it is not JSON of the right form." : "\"\(context.codingPath.joined)\" has the wrong form."
    }
}

extension [any CodingKey] {
    fileprivate var joined: String { map(\.stringValue).joined(separator: ".") }
}
