internal import Builtin

/// 32 octets that are looked at together.
///
/// The standard library's vectors are compared lane by lane, which takes fifty times as long, and it has no name for a
/// mask with a bit for each lane. So these few operations are the compiler's own (the experimental feature
/// BuiltinModule, which the package turns on for this target); they become instructions of whatever CPU is built for.
struct Lanes {
    fileprivate let vector: Builtin.Vec32xInt8

    @inline(__always)
    fileprivate init(_ vector: Builtin.Vec32xInt8) { self.vector = vector }

    @inline(__always)
    init(_ octets: SIMD32<UInt8>) { vector = octets._storage._value }

    @inline(__always)
    private init(all octet: UInt8) { self.init(SIMD32(repeating: octet)) }

    @inline(__always)
    static func | (lanes: Lanes, octet: UInt8) -> Lanes {
        Lanes(Builtin.or_Vec32xInt8(lanes.vector, Lanes(all: octet).vector))
    }

    @inline(__always)
    static func &- (lanes: Lanes, octet: UInt8) -> Lanes {
        Lanes(Builtin.sub_Vec32xInt8(lanes.vector, Lanes(all: octet).vector))
    }

    /// As signed numbers, of which there is a compare in all CPUs.
    @inline(__always)
    static func .< (lanes: Lanes, number: Int8) -> LaneSet {
        LaneSet(Builtin.cmp_slt_Vec32xInt8(lanes.vector, Lanes(all: UInt8(bitPattern: number)).vector))
    }

    /// `first` and the `count` - 1 octets that follow it.
    @inline(__always)
    func between(_ first: UInt8, count: UInt8) -> LaneSet {
        self &- (first ^ 0x80) .< Int8(bitPattern: count ^ 0x80)
    }

    @inline(__always)
    static func .== (lanes: Lanes, octet: UInt8) -> LaneSet {
        LaneSet(Builtin.cmp_eq_Vec32xInt8(lanes.vector, Lanes(all: octet).vector))
    }
}

/// Some of 32 lanes.
struct LaneSet {
    private let vector: Builtin.Vec32xInt1

    @inline(__always)
    fileprivate init(_ vector: Builtin.Vec32xInt1) { self.vector = vector }

    /// A bit for each lane, the first one lowest.
    @inline(__always)
    var bits: UInt32 { UInt32(Builtin.bitcast_Vec32xInt1_Int32(vector)) }

    @inline(__always)
    static func .| (a: LaneSet, b: LaneSet) -> LaneSet { LaneSet(Builtin.or_Vec32xInt1(a.vector, b.vector)) }
}
