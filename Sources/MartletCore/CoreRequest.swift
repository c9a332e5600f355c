internal import CCore
package import MartletEngine

/// What a handler may ask of a request: a borrowed view of `mt_request`.
///
/// Everything it hands out lives as long as the scope that made it, which is the handler's call, or the exchange
/// once it is deferred. All-Swift engines mirror this type member by member.
@safe
package struct CoreRequest: ~Escapable {
    let raw: OpaquePointer
    /// Not retained: the exchange outlives every view of it.
    private let owner: Unmanaged<CoreExchange>?

    @_lifetime(borrow raw)
    init(_ raw: OpaquePointer, owner: Unmanaged<CoreExchange>? = nil) {
        unsafe self.raw = unsafe raw
        unsafe self.owner = unsafe owner
    }

    /// The exchange, where the request was deferred.
    package var exchange: CoreExchange? { unsafe owner?.takeUnretainedValue() }

    package var method: CoreMethod {
        CoreMethod(rawValue: unsafe mt_request_method(raw).rawValue) ?? .unknown
    }

    /// 0 for HTTP/1.0, 1 for HTTP/1.1.
    package var minorVersion: Int { Int(unsafe mt_request_minor_version(raw)) }

    package var methodName: Span<UInt8> {
        @_lifetime(copy self) get { unsafe span(mt_request_method_name(raw)) }
    }

    package var target: Span<UInt8> {
        @_lifetime(copy self) get { unsafe span(mt_request_target(raw)) }
    }

    package var path: Span<UInt8> {
        @_lifetime(copy self) get { unsafe span(mt_request_path(raw)) }
    }

    package var query: Span<UInt8> {
        @_lifetime(copy self) get { unsafe span(mt_request_query(raw)) }
    }

    package var authority: Span<UInt8> {
        @_lifetime(copy self) get { unsafe span(mt_request_authority(raw)) }
    }

    package var route: Span<UInt8> {
        @_lifetime(copy self) get { unsafe span(mt_request_route(raw)) }
    }

    /// The peer's address as text.
    package var peer: String {
        unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { buffer in
            let length = unsafe mt_request_peer(raw, buffer.baseAddress, buffer.count)
            return unsafe String(mt_slice(data: buffer.baseAddress, size: min(length, buffer.count - 1)))
        }
    }

    /// The one place where a slice of the request gets the request's lifetime.
    @_lifetime(copy self)
    func span(_ slice: mt_slice) -> Span<UInt8> {
        let bytes = unsafe slice.bytes
        return unsafe _overrideLifetime(Span(_unsafeElements: bytes), copying: self)
    }

    @_lifetime(copy self)
    func field(_ field: mt_field) -> CoreField {
        unsafe CoreField(name: span(field.name), value: span(field.value))
    }
}
