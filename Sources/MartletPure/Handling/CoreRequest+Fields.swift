package import MartletEngine

extension CoreRequest {
    package var fieldCount: Int { unsafe raw._withUnsafeGuaranteedRef { $0.head.fields.count } }

    @_lifetime(copy self)
    package func field(at index: Int) -> CoreField {
        let (name, value) = unsafe raw._withUnsafeGuaranteedRef { exchange in
            let field = exchange.head.fields[index]
            return unsafe (exchange.unsafeOctets(field.name), exchange.unsafeOctets(field.value))
        }
        return unsafe CoreField(name: span(name), value: span(value))
    }

    /// The first value of that name, in any case.
    @_lifetime(copy self)
    package func field(named name: String) -> Span<UInt8>? {
        let found = unsafe name.withOctets { name in
            unsafe raw._withUnsafeGuaranteedRef { unsafe $0.unsafeField(named: name) }
        }
        guard let found = unsafe found else { return nil }
        return unsafe span(found)
    }

    package var parameterCount: Int { unsafe raw._withUnsafeGuaranteedRef { $0.match.parameterCount } }

    @_lifetime(copy self)
    package func parameter(at index: Int) -> CoreField {
        let (name, value) = unsafe raw._withUnsafeGuaranteedRef {
            unsafe ($0.unsafeParameterName(at: index), $0.unsafeParameter(at: index))
        }
        return unsafe CoreField(name: span(name), value: span(value))
    }

    @_lifetime(copy self)
    package func parameter(named name: String) -> Span<UInt8>? {
        let found = unsafe name.withOctets { name in
            unsafe raw._withUnsafeGuaranteedRef { unsafe $0.unsafeParameter(named: name) }
        }
        guard let found = unsafe found else { return nil }
        return unsafe span(found)
    }

    package var trailerCount: Int {
        unsafe raw._withUnsafeGuaranteedRef { exchange in
            guard let trailers = exchange.trailers, trailers.isComplete else { return 0 }
            return trailers.head.fields.count
        }
    }

    @_lifetime(copy self)
    package func trailer(at index: Int) -> CoreField {
        let (name, value) = unsafe raw._withUnsafeGuaranteedRef { unsafe $0.unsafeTrailer(at: index) }
        return unsafe CoreField(name: span(name), value: span(value))
    }
}
