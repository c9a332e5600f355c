/// The sets of a block that tell where field lines begin and end.
struct Masks {
    let base: Int
    var controls: UInt64
    let breaks: UInt64

    @inline(__always)
    init(_ octets: Span<UInt8>, at base: Int) { self.init(Block(octets, at: base), at: base) }

    @inline(__always)
    init(_ block: Block, at base: Int) {
        self.base = base
        controls = block.controls
        breaks = block.breaks
    }

    /// Of a block that has gone by.
    init(before index: Int) {
        base = index - 64
        controls = 0
        breaks = 0
    }
}
