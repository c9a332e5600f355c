internal import HTTPTypes

/// Writes a request as it goes over the wire.
struct RequestText {
    private(set) var bytes: [UInt8]

    init(_ method: HTTPRequest.Method, _ target: String, fields: HTTPFields, body: TestBody?) {
        bytes = Array("\(method.rawValue) \(target) HTTP/1.1\r\n".utf8)
        var fields = fields
        if !fields.contains(where: { $0.name.canonicalName == "host" }) { append("Host: localhost\r\n") }
        if let body { Self.describe(body, in: &fields) }
        for field in fields { append("\(field.name.rawName): \(field.value)\r\n") }
        append("\r\n")
        if let body { append(body) }
    }

    private static func describe(_ body: TestBody, in fields: inout HTTPFields) {
        if let contentType = body.contentType, !fields.contains(.contentType) {
            fields[.contentType] = contentType
        }
        if body.isChunked {
            fields[.transferEncoding] = "chunked"
        } else if !fields.contains(.contentLength) {
            fields[.contentLength] = "\(body.count)"
        }
    }

    private mutating func append(_ text: String) { bytes += text.utf8 }

    private mutating func append(_ body: TestBody) {
        for piece in body.pieces {
            if body.isChunked { append("\(String(piece.count, radix: 16))\r\n") }
            bytes += piece
            if body.isChunked { append("\r\n") }
        }
        if body.isChunked { append("0\r\n\r\n") }
    }
}
