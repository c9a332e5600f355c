internal import CCore
package import MartletEngine

extension CoreRequest {
    package var body: Span<UInt8> {
        @_lifetime(copy self) get { unsafe span(mt_request_body(raw)) }
    }

    /// The announced length in bytes; nil when it is chunked.
    package var contentLength: UInt64? {
        let length = unsafe mt_request_content_length(raw)
        return length == UInt64.max ? nil : length
    }

    /// Lets the answer come later, with the body's pieces sent to `body` where there is one. What was read from this
    /// view before must be read again from the exchange. `log` is the server's.
    package func `defer`(body: CoreBodyChannel?, log: CoreLogSink) throws(CoreError) -> CoreExchange {
        if let body {
            try CoreError.check(
                unsafe mt_request_body_stream(raw, bodyArrived, retain(body), releaseBodyChannel))
        }
        var exchange: OpaquePointer?
        let status = unsafe mt_request_defer(raw, &exchange)
        guard status == MT_OK, let exchange = unsafe exchange else {
            body?.abandon()
            throw CoreError(status == MT_OK ? MT_ERROR_INVALID_STATE : status)
        }
        let held = unsafe CoreExchange(adopting: exchange, body: body, log: log)
        do throws(CoreError) {
            try held.watchCancellation()
        } catch {
            body?.abandon()
            throw error
        }
        body?.attach(to: held)
        return held
    }
}
