internal import CCore
package import MartletEngine

extension CoreRequest {
    package var fieldCount: Int { unsafe mt_request_field_count(raw) }

    @_lifetime(copy self)
    package func field(at index: Int) -> CoreField {
        unsafe field(mt_request_field_at(raw, index))
    }

    /// The first value of that name, in any case.
    @_lifetime(copy self)
    package func field(named name: String) -> Span<UInt8>? {
        var value = unsafe mt_slice()
        let found = unsafe name.withSlice { unsafe mt_request_field_get(raw, $0, &value) }
        return found ? unsafe span(value) : nil
    }

    package var parameterCount: Int { unsafe mt_request_parameter_count(raw) }

    @_lifetime(copy self)
    package func parameter(at index: Int) -> CoreField {
        unsafe field(mt_request_parameter_at(raw, index))
    }

    @_lifetime(copy self)
    package func parameter(named name: String) -> Span<UInt8>? {
        var value = unsafe mt_slice()
        let found = unsafe name.withSlice { unsafe mt_request_parameter_get(raw, $0, &value) }
        return found ? unsafe span(value) : nil
    }

    package var trailerCount: Int { unsafe mt_request_trailer_count(raw) }

    @_lifetime(copy self)
    package func trailer(at index: Int) -> CoreField {
        unsafe field(mt_request_trailer_at(raw, index))
    }
}
