/// An array that is only read once it is made: without counting references, and without checks of what its builder
/// has put right.
@safe
struct Table<Element: BitwiseCopyable>: ~Copyable {
    private let elements: UnsafeMutablePointer<Element>

    init(_ elements: [Element]) {
        unsafe self.elements = .allocate(capacity: max(elements.count, 1))
        for (index, element) in elements.enumerated() {
            unsafe (self.elements + index).initialize(to: element)
        }
    }

    deinit { unsafe elements.deallocate() }

    /// `index` is one of the array that the table was made from.
    @unsafe
    subscript(index: UInt32) -> Element { unsafe elements[Int(index)] }
}
