extension StaticString {
    /// Its UTF-8. Static octets live as long as the process. One scalar alone is stored otherwise, and is empty here.
    var octets: Span<UInt8> {
        @_lifetime(immortal)
        get {
            guard hasPointerRepresentation else { return Span() }
            let octets = unsafe UnsafeBufferPointer(start: utf8Start, count: utf8CodeUnitCount)
            return unsafe _overrideLifetime(Span(_unsafeElements: octets), copying: ())
        }
    }
}
