/// Writes the body of a response that is a stream. It may be handed to other tasks, but writes must not overlap; after
/// the stream's end every write throws.
public struct ResponseWriter: Sendable {
    private let stream: ResponseStream

    init(_ stream: ResponseStream) { self.stream = stream }

    /// Whether the peer is gone or the stream has ended, so that more bytes are of no use.
    public var isClosed: Bool { stream.exchange?.isCancelled ?? true }

    /// Appends a copy of `bytes` and returns when the peer is ready for more.
    ///
    /// - Throws: ``ResponseError/closed`` when the peer is gone, ``ResponseError/tooLarge`` past an announced length,
    ///   ``ResponseError/alreadySent`` after the stream's end, ``ResponseError/cancelled`` when the task is cancelled
    ///   while it waits; the bytes are on their way then.
    public func write(_ bytes: [UInt8]) async throws(ResponseError) {
        let exchange = try openExchange()
        try await settle(exchange.write(bytes.span), exchange)
    }

    /// Appends `text` as UTF-8 and returns when the peer is ready for more.
    ///
    /// - Throws: as writing bytes.
    public func write(_ text: String) async throws(ResponseError) {
        let exchange = try openExchange()
        try await settle(exchange.write(text), exchange)
    }

    private func openExchange() throws(ResponseError) -> CoreExchange {
        guard let exchange = stream.exchange else { throw .alreadySent }
        return exchange
    }

    private func settle(_ status: CoreStatus, _ exchange: CoreExchange) async throws(ResponseError) {
        guard status == .backpressure else { return try ResponseError.check(status) }
        await exchange.drained()
        if exchange.isCancelled { throw ResponseError.closed }
        // Going on would pile up what the peer does not take.
        if Task.isCancelled { throw ResponseError.cancelled }
    }
}
