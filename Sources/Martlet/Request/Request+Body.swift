extension Request {
    /// The whole body, not copied. Empty on a route that streams it: see ``bodyStream``.
    public var body: Span<UInt8> {
        @_lifetime(copy self) get { core.body }
    }

    /// Calls `action` with the whole body, not copied, and returns what it returns.
    public func withBody<Result>(_ action: (Span<UInt8>) throws -> Result) rethrows -> Result {
        try action(core.body)
    }

    /// A copy of the whole body.
    public var bodyBytes: [UInt8] { [UInt8](copying: core.body) }

    /// A copy of the whole body as text.
    public var bodyString: String { String(decoding: core.body) }

    /// The announced length of the body in bytes; nil when it is sent chunked.
    public var contentLength: Int? {
        guard let length = core.contentLength else { return nil }
        return Int(clamping: length)
    }

    /// The body as it arrives, with backpressure: the socket is not read while pieces wait. For async handlers of a
    /// route that streams its body; anywhere else it is the whole body in one piece. One consumer at a time.
    public var bodyStream: RequestBodyStream {
        if let channel = core.exchange?.body { return RequestBodyStream(channel) }
        return RequestBodyStream(whole: bodyBytes)
    }

    /// The rest of the body in one piece, awaited where the route streams it.
    ///
    /// - Throws: as ``bodyStream``.
    public func collectBody() async throws -> [UInt8] {
        guard let channel = core.exchange?.body else { return bodyBytes }
        var collected: [UInt8] = []
        for try await piece in RequestBodyStream(channel) { collected += piece }
        return collected
    }
}
