internal import CCore
package import MartletEngine

/// What a handler may say in its response: a borrowed view of `mt_response`.
@safe
package struct CoreResponse: ~Escapable {
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

    package var status: Int { Int(unsafe mt_response_status_get(raw)) }

    package func setStatus(_ status: Int) -> CoreStatus {
        guard let status = Int32(exactly: status) else { return .invalidArgument }
        return CoreStatus(unsafe mt_response_status_set(raw, status))
    }

    package func addField(_ name: String, _ value: String) -> CoreStatus {
        CoreStatus(
            unsafe name.withSlice { name in
                unsafe value.withSlice { unsafe mt_response_field_add(raw, name, $0) }
            })
    }

    package func setField(_ name: String, _ value: String) -> CoreStatus {
        CoreStatus(
            unsafe name.withSlice { name in
                unsafe value.withSlice { unsafe mt_response_field_set(raw, name, $0) }
            })
    }

    package func removeField(_ name: String) -> CoreStatus {
        CoreStatus(unsafe name.withSlice { unsafe mt_response_field_remove(raw, $0) })
    }

    package func field(named name: String) -> String? {
        var value = unsafe mt_slice()
        let found = unsafe name.withSlice { unsafe mt_response_field_get(raw, $0, &value) }
        return found ? unsafe String(value) : nil
    }

    /// Lays down Content-Type unless the handler has said its own.
    package func setContentTypeIfAbsent(_ value: StaticString) -> CoreStatus {
        if unsafe mt_response_field_get(raw, Self.contentType.slice, nil) { return .ok }
        return addContentType(value)
    }

    /// Lays down Content-Type where nobody has said one.
    package func addContentType(_ value: StaticString) -> CoreStatus {
        CoreStatus(unsafe mt_response_field_add(raw, Self.contentType.slice, value.slice))
    }

    private static var contentType: StaticString { "Content-Type" }
}
