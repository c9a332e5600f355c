private import HTTPTypes

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// JSON that a peer sent, with mistakes told in words for the peer.
enum JSONBody {
    /// Made once; never changed, so that threads may share it.
    private static let decoder = JSONDecoder()

    static func decode<Value: Decodable>(
        _ type: Value.Type, _ bytes: [UInt8], _ decoder: JSONDecoder?
    ) throws -> Value {
        let decoder = decoder ?? Self.decoder
        let data = Data(bytes)
        do {
            return try decoder.decode(type, from: data)
        } catch let error as DecodingError {
            // A decoder says "corrupted" of a number that is too large too: whether it is JSON is a question of its own.
            guard (try? decoder.decode(Anything.self, from: data)) != nil else {
                throw HTTPError(.badRequest, "The body is not JSON.")
            }
            throw HTTPError(error)
        }
    }

    /// What every JSON text is.
    private struct Anything: Decodable {
        init(from decoder: any Decoder) throws {}
    }
}

extension HTTPError {
    /// Where and what, without the names of our types: the peer reads it.
    fileprivate init(_ error: DecodingError) {
        switch error {
        case .keyNotFound(let key, let context):
            self.init(
                .unprocessableContent, "The body's \"\((context.codingPath + [key]).joined)\" is missing.")
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            self.init(wrongFormAt: context.codingPath)
        @unknown default:
            self.init(wrongFormAt: [])
        }
    }

    private init(wrongFormAt path: [any CodingKey]) {
        let place =
            path.isEmpty
            ? "The body is JSON of another form" : "The body's \"\(path.joined)\" has another form"
        self.init(.unprocessableContent, "\(place) than is expected here.")
    }
}

extension [any CodingKey] {
    fileprivate var joined: String { map(\.stringValue).joined(separator: ".") }
}
