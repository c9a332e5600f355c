private import HTTPTypes

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

extension Request {
    /// The whole body as a value, decoded from JSON.
    ///
    /// - Parameter decoder: nil: one with Foundation's own settings.
    /// - Throws: ``HTTPError`` 415 when Content-Type says that the body is something else, 400 when it is no JSON, 422
    ///   when it is the JSON of something else.
    public func decode<Value: Decodable>(
        _ type: Value.Type, using decoder: JSONDecoder? = nil
    ) throws -> Value {
        try checkContentType()
        return try JSONBody.decode(type, bodyBytes, decoder)
    }

    /// The body as a value, decoded from JSON; awaited where the route streams it.
    ///
    /// - Parameter decoder: nil: one with Foundation's own settings.
    /// - Throws: ``HTTPError`` 415 when Content-Type says that the body is something else, 400 when it is no JSON, 422
    ///   when it is the JSON of something else; else as ``bodyStream``.
    public func decode<Value: Decodable>(
        _ type: Value.Type, using decoder: JSONDecoder? = nil
    ) async throws -> Value {
        try checkContentType()
        return try JSONBody.decode(type, await collectBody(), decoder)
    }

    /// A peer that names no type is taken at its body. RFC 9110 §8.3.
    private func checkContentType() throws(HTTPError) {
        guard let contentType = fields[.contentType], !MediaType.isJSON(contentType) else { return }
        throw HTTPError(
            .unsupportedMediaType, "The body must be application/json.", fields: [.accept: "application/json"]
        )
    }
}
