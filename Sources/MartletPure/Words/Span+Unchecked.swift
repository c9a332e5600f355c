// For inner loops whose bounds are established just above them: checked in debug builds only.
extension Span<UInt8> {
    @inline(__always)
    func octet(at index: Int) -> UInt8 {
        assert(index >= 0 && index < count)
        return unsafe self[unchecked: index]
    }

    /// As many octets from `index` on as the type has.
    @inline(__always)
    func load<Octets: BitwiseCopyable>(_ type: Octets.Type, at index: Int) -> Octets {
        assert(index >= 0 && index + MemoryLayout<Octets>.size <= count)
        return unsafe bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: index, as: type)
    }

    /// Whether CR and LF are at `index`.
    @inline(__always)
    func hasLineEnd(at index: Int) -> Bool { UInt16(littleEndian: load(UInt16.self, at: index)) == 0x0a0d }
}
