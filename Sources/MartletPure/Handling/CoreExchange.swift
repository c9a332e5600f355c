package import MartletEngine
internal import Synchronization

/// One request and its answer, held beyond the handler's return. An exchange whose answer nobody can give any more, for
/// this object is gone, is answered for.
package final class CoreExchange: CoreBodySource {
    private let exchange: Exchange
    private let events = CoreExchangeEvents()

    /// The request's body, where it comes in pieces.
    package let body: CoreBodyChannel?

    init(_ exchange: Exchange, body: CoreBodyChannel?) {
        self.exchange = exchange
        self.body = body
        exchange.events.withLock { $0 = events }
        // Set, then looked whether it came too late: the reactor cancels first and then looks whether there is somebody.
        if isCancelled { exchange.signal(.cancel) }
    }

    deinit {
        switch exchange.currentPhase {
        case .streaming: exchange.abandonStreamSoon()
        case .filling: if exchange.isOnReactor { exchange.abandon() } else { exchange.signal(.abandon) }
        case .completed, .ended: break
        }
        if exchange.isOnReactor { exchange.returnLater() } else { exchange.signal(.returned) }
    }

    /// The request, read anew: only what was got after the deferral lasts as long as the exchange.
    package var request: CoreRequest? {
        @_lifetime(borrow self)
        get {
            let view = unsafe CoreRequest(
                unretained: .passUnretained(exchange), owner: .passUnretained(self))
            return unsafe _overrideLifetime(view, borrowing: self)
        }
    }

    package var response: CoreResponse? {
        @_lifetime(borrow self)
        get {
            let view = unsafe CoreResponse(
                unretained: .passUnretained(exchange), owner: .passUnretained(self))
            return unsafe _overrideLifetime(view, borrowing: self)
        }
    }

    package func complete() -> CoreStatus {
        events.finish()
        return exchange.complete()
    }

    package var isCancelled: Bool { exchange.isCancelled.load(ordering: .sequentiallyConsistent) }

    /// Calls `action` once when the peer is gone before the answer is complete, at once if it already is.
    package func onCancel(_ action: @escaping @Sendable () -> Void) { events.onCancel(action) }

    /// Sends the head and opens a body of `length` bytes; nil: not known before.
    package func startStream(length: UInt64?) -> CoreStatus { exchange.startStream(length: length) }

    /// Appends a copy of `bytes`. After `.backpressure` the caller awaits `drained()`.
    package func write(_ bytes: Span<UInt8>) -> CoreStatus {
        events.willWrite(bytes.count)
        return exchange.writeStream(bytes)
    }

    /// As `write(_:)` of bytes.
    package func write(_ text: String) -> CoreStatus { text.withOctets { write($0) } }

    /// Returns when writing may go on, or when the peer is gone.
    package func drained() async { await events.drained() }

    /// Bytes handed to `write` so far.
    package var bytesWritten: Int { events.bytesWritten }

    package func endStream() -> CoreStatus {
        events.finish()
        return exchange.endStream()
    }

    /// Answers a request that its peer did not finish: for a peer that has only ended its sending, and so that the engine
    /// has no forgotten exchange to report.
    package func giveUp() {
        _ = response?.setStatus(400)
        _ = complete()
    }

    package func resumeBody() {
        if isCancelled { return }
        exchange.signal(.resume)
    }
}
