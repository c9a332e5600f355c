package import MartletEngine

extension CoreRequest {
    package var body: Span<UInt8> {
        @_lifetime(copy self) get { unsafe span(raw._withUnsafeGuaranteedRef { unsafe $0.body }) }
    }

    /// The announced length in bytes; nil when it is chunked.
    package var contentLength: UInt64? {
        unsafe raw._withUnsafeGuaranteedRef { $0.head.framing == .chunked ? nil : $0.head.contentLength }
    }

    /// Lets the answer come later, with the body's pieces sent to `body` where there is one. What was read from this
    /// view before must be read again from the exchange. `log` is the server's.
    package func `defer`(body: CoreBodyChannel?, log: CoreLogSink) throws(CoreError) -> CoreExchange {
        let exchange = unsafe raw.takeUnretainedValue()
        if let body { try exchange.askForBody(body) }
        do throws(CoreError) {
            let held = try exchange.defer(body: body)
            body?.attach(to: held)
            return held
        } catch {
            body?.abandon()
            throw error
        }
    }
}
