extension Response {
    /// Sends the head as it is and the body as `body` writes it; in async handlers. When this returns, the body is
    /// complete. Server-sent events are such a stream:
    ///
    /// ```swift
    /// response.fields[.contentType] = "text/event-stream"
    /// try await response.stream { writer in
    ///     for await event in events { try await writer.write("data: \(event)\n\n") }
    /// }
    /// ```
    ///
    /// - Parameters:
    ///   - length: the body's bytes, where they are known; else it is sent chunked (to HTTP/1.0: until close).
    ///   - body: writes the body. When it throws, the connection is cut, so that the peer knows the body is not whole.
    /// - Throws: ``ResponseError``, and what `body` throws.
    public mutating func stream(
        length: Int? = nil, _ body: (ResponseWriter) async throws -> Void
    ) async throws {
        if let failure { throw failure }
        guard let exchange = core.exchange else { throw ResponseError.unavailable }
        try ResponseError.check(exchange.startStream(length: length.map { UInt64(clamping: $0) }))
        isStreaming = true
        let stream = ResponseStream(exchange)
        defer { stream.close() }
        try await body(ResponseWriter(stream))
        try ResponseError.check(exchange.endStream())
    }
}

extension ResponseError {
    static func check(_ status: CoreStatus) throws(ResponseError) {
        if status != .ok { throw ResponseError(status) ?? .unavailable }
    }
}
