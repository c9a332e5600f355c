public import HTTPTypes

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// What came back, whole.
public struct TestResponse: Sendable {
    /// The status.
    public internal(set) var status: HTTPResponse.Status
    /// The fields, as they came.
    public internal(set) var fields: HTTPFields
    /// The body, without its chunks.
    public internal(set) var body: [UInt8] = []
    /// The fields behind a chunked body. RFC 9112 §7.1.2.
    public internal(set) var trailers = HTTPFields()

    /// The body as text.
    public var text: String { String(decoding: body, as: UTF8.self) }

    /// The body as a value, decoded from JSON.
    public func json<Value: Decodable>(
        _ type: Value.Type, using decoder: JSONDecoder = JSONDecoder()
    ) throws -> Value {
        try decoder.decode(type, from: Data(body))
    }
}
