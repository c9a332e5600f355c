/// A name and a value that are borrowed from a request.
package struct CoreField: ~Escapable {
    package let name: Span<UInt8>
    package let value: Span<UInt8>

    @_lifetime(copy name, copy value)
    package init(name: Span<UInt8>, value: Span<UInt8>) {
        self.name = name
        self.value = value
    }
}
