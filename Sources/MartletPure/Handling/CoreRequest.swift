package import MartletEngine

/// What a handler may ask of a request: a borrowed view of an exchange.
///
/// Everything it hands out lives as long as the scope that made it, which is the handler's call, or the exchange once it
/// is deferred.
@safe
package struct CoreRequest: ~Escapable {
    /// Not retained: whoever makes the view holds the exchange.
    let raw: Unmanaged<Exchange>
    private let owner: Unmanaged<CoreExchange>?

    @_lifetime(borrow exchange)
    init(_ exchange: borrowing Exchange) {
        unsafe self.init(unretained: Unmanaged.passUnretained(copy exchange), owner: nil)
    }

    /// A view whose lifetime the caller says.
    @_lifetime(immortal)
    init(unretained raw: Unmanaged<Exchange>, owner: Unmanaged<CoreExchange>?) {
        unsafe self.raw = unsafe raw
        unsafe self.owner = unsafe owner
    }

    /// The exchange, where the request was deferred.
    package var exchange: CoreExchange? { unsafe owner?.takeUnretainedValue() }

    package var method: CoreMethod { unsafe raw._withUnsafeGuaranteedRef { $0.head.method } }

    /// 0 for HTTP/1.0, 1 for HTTP/1.1.
    package var minorVersion: Int { unsafe raw._withUnsafeGuaranteedRef { $0.head.minorVersion } }

    package var methodName: Span<UInt8> {
        @_lifetime(copy self) get {
            unsafe span(raw._withUnsafeGuaranteedRef { unsafe $0.unsafeOctets($0.head.methodName) })
        }
    }

    package var target: Span<UInt8> {
        @_lifetime(copy self) get {
            unsafe span(raw._withUnsafeGuaranteedRef { unsafe $0.unsafeOctets($0.head.target) })
        }
    }

    package var path: Span<UInt8> {
        @_lifetime(copy self) get { unsafe span(raw._withUnsafeGuaranteedRef { unsafe $0.unsafePath }) }
    }

    package var query: Span<UInt8> {
        @_lifetime(copy self) get {
            unsafe span(raw._withUnsafeGuaranteedRef { unsafe $0.unsafeOctets($0.head.query) })
        }
    }

    package var authority: Span<UInt8> {
        @_lifetime(copy self) get {
            unsafe span(raw._withUnsafeGuaranteedRef { unsafe $0.unsafeOctets($0.head.authority) })
        }
    }

    package var route: Span<UInt8> {
        @_lifetime(copy self) get { unsafe span(raw._withUnsafeGuaranteedRef { unsafe $0.unsafePattern }) }
    }

    /// The peer's address as text.
    package var peer: String { unsafe raw._withUnsafeGuaranteedRef { $0.peer.description } }

    /// The one place where octets of the exchange get the request's lifetime.
    @_lifetime(copy self)
    func span(_ octets: UnsafeBufferPointer<UInt8>) -> Span<UInt8> {
        unsafe _overrideLifetime(Span(_unsafeElements: octets), copying: self)
    }
}
