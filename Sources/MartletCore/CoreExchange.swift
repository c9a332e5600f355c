internal import CCore
package import MartletEngine

/// One request and its answer, held beyond the handler's return. Holds one reference of the engine's exchange and
/// gives it back when it goes itself.
@safe
package final class CoreExchange: CoreBodySource {
    nonisolated(unsafe) private let raw: OpaquePointer
    private let events = CoreExchangeEvents()

    /// The request's body, where it comes in pieces.
    package let body: CoreBodyChannel?

    /// Held because an exchange may outlive its server, and may still have something to log when it is released.
    private let log: CoreLogSink

    init(adopting raw: OpaquePointer, body: CoreBodyChannel?, log: CoreLogSink) {
        unsafe self.raw = unsafe raw
        self.body = body
        self.log = log
    }

    deinit { unsafe mt_exchange_release(raw) }

    /// The request, read anew: only slices that were got after the deferral last as long as the exchange.
    package var request: CoreRequest? {
        @_lifetime(borrow self)
        get {
            guard let request = unsafe mt_exchange_request(raw) else { return nil }
            let view = unsafe CoreRequest(request, owner: Unmanaged.passUnretained(self))
            return unsafe _overrideLifetime(view, borrowing: self)
        }
    }

    package var response: CoreResponse? {
        @_lifetime(borrow self)
        get {
            guard let response = unsafe mt_exchange_response(raw) else { return nil }
            let view = unsafe CoreResponse(response, owner: Unmanaged.passUnretained(self))
            return unsafe _overrideLifetime(view, borrowing: self)
        }
    }

    package func complete() -> CoreStatus {
        events.finish()
        return CoreStatus(unsafe mt_exchange_complete(raw))
    }

    package var isCancelled: Bool { unsafe mt_exchange_is_cancelled(raw) }

    /// Asks to be told when the peer goes. Before anyone else has the exchange: the engine allows one thread at a time.
    func watchCancellation() throws(CoreError) {
        try CoreError.check(
            unsafe mt_exchange_on_cancel(raw, exchangeCancelled, retain(events), releaseExchangeEvents))
    }

    /// Calls `action` once when the peer is gone before the answer is complete, at once if it already is.
    package func onCancel(_ action: @escaping @Sendable () -> Void) { events.onCancel(action) }

    /// Sends the head and opens a body of `length` bytes; nil: not known before.
    package func startStream(length: UInt64?) -> CoreStatus {
        CoreStatus(
            unsafe mt_exchange_stream_start(
                raw, length ?? UInt64.max, exchangeDrained, retain(events), releaseExchangeEvents))
    }

    /// Appends a copy of `bytes`. After `.backpressure` the caller awaits `drained()`.
    package func write(_ bytes: Span<UInt8>) -> CoreStatus {
        events.willWrite(bytes.count)
        return CoreStatus(unsafe bytes.withSlice { unsafe mt_exchange_stream_write(raw, $0) })
    }

    /// As `write(_:)` of bytes.
    package func write(_ text: String) -> CoreStatus {
        events.willWrite(text.utf8.count)
        return CoreStatus(unsafe text.withSlice { unsafe mt_exchange_stream_write(raw, $0) })
    }

    /// Returns when writing may go on, or when the peer is gone.
    package func drained() async { await events.drained() }

    /// Bytes handed to `write` so far.
    package var bytesWritten: Int { events.bytesWritten }

    package func endStream() -> CoreStatus {
        events.finish()
        return CoreStatus(unsafe mt_exchange_stream_end(raw))
    }

    /// Answers a request that its peer did not finish: for a peer that has only ended its sending, and so that the engine
    /// has no forgotten exchange to report.
    package func giveUp() {
        _ = response?.setStatus(400)
        _ = complete()
    }

    package func resumeBody() { _ = unsafe mt_exchange_body_resume(raw) }
}
