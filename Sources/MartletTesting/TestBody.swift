#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// The body of a test's request; a string literal is one.
public struct TestBody: Sendable, ExpressibleByStringLiteral {
    let pieces: [[UInt8]]
    let isChunked: Bool
    let contentType: String?

    private init(_ pieces: [[UInt8]], isChunked: Bool = false, contentType: String? = nil) {
        self.pieces = pieces
        self.isChunked = isChunked
        self.contentType = contentType
    }

    /// Text without a Content-Type.
    public init(stringLiteral text: String) { self = .text(text) }

    /// Text, as UTF-8.
    public static func text(_ text: String, contentType: String? = nil) -> Self {
        Self([Array(text.utf8)], contentType: contentType)
    }

    /// Bytes as they are.
    public static func bytes(_ bytes: [UInt8], contentType: String? = nil) -> Self {
        Self([bytes], contentType: contentType)
    }

    /// A value as JSON, as "application/json".
    public static func json(
        _ value: some Encodable, using encoder: JSONEncoder = JSONEncoder()
    ) throws -> Self {
        Self([Array(try encoder.encode(value))], contentType: "application/json")
    }

    /// Pieces of unannounced length, each a chunk of its own (RFC 9112 §7.1); empty ones are left out.
    public static func chunked(_ pieces: [[UInt8]], contentType: String? = nil) -> Self {
        Self(pieces.filter { !$0.isEmpty }, isChunked: true, contentType: contentType)
    }

    var count: Int { pieces.reduce(0) { $0 + $1.count } }
}
