/// Writes the body of a response that is a stream. It may be handed to other tasks, but writes must not overlap; after
/// the stream's end every write throws.
public struct ResponseWriter: Sendable {
    private let exchange: CoreExchange

    init(_ exchange: CoreExchange) { self.exchange = exchange }

    /// Whether the peer is gone, so that more bytes are of no use.
    public var isClosed: Bool { exchange.isCancelled }

    /// Appends a copy of `bytes` and returns when the peer is ready for more.
    ///
    /// - Throws: ``ResponseError/closed`` when the peer is gone, ``ResponseError/tooLarge`` past an announced length.
    public func write(_ bytes: [UInt8]) async throws(ResponseError) {
        try await settle(exchange.write(bytes.span))
    }

    /// Appends `text` as UTF-8 and returns when the peer is ready for more.
    ///
    /// - Throws: as writing bytes.
    public func write(_ text: String) async throws(ResponseError) {
        try await settle(exchange.write(text))
    }

    private func settle(_ status: CoreStatus) async throws(ResponseError) {
        guard status == .backpressure else { return try ResponseError.check(status) }
        await exchange.drained()
        if exchange.isCancelled { throw ResponseError.closed }
    }
}
