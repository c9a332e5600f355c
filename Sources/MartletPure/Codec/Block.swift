/// 64 octets of the input, or what is left of it, and sets of octets as a bit for each.
///
/// Nothing past the end of the input is read. What is left of it when that is less than a block lies in halves that
/// overlap each other, or octets that were looked at before:
///
///     |------- low -------|               the first 32 octets
///               |------- high -------|    the last 32; its bits are shifted up to their places
///     ^ 0       ^ shift   ^ 32       ^ count
struct Block {
    private let low: Lanes
    private let high: Lanes
    /// Where `high` begins, counted from `low`.
    private let shift: UInt64
    /// Octets of `low` in front of the block.
    private let skip: UInt64

    /// The block at `index`, which is below the count. No set holds what is past the end.
    @inline(__always)
    init(_ octets: Span<UInt8>, at index: Int) {
        let left = octets.count &- index
        if left >= 64 {
            self.init(whole: octets, at: index)
        } else if octets.count >= 64 {
            self.init(octets, low: octets.count &- 64, high: octets.count &- 32, skip: 64 &- left)
        } else if octets.count >= 32 {
            self.init(octets, low: 0, high: octets.count &- 32, skip: index)
        } else {
            self.init(few: octets, skip: index)
        }
    }

    /// 64 octets at `index` that are there.
    @inline(__always)
    init(whole octets: Span<UInt8>, at index: Int) {
        self.init(octets, low: index, high: index &+ 32, skip: 0)
    }

    @inline(__always)
    private init(_ octets: Span<UInt8>, low: Int, high: Int, skip: Int) {
        self.low = Lanes(octets.load(SIMD32<UInt8>.self, at: low))
        self.high = Lanes(octets.load(SIMD32<UInt8>.self, at: high))
        shift = UInt64(truncatingIfNeeded: high &- low)
        self.skip = UInt64(truncatingIfNeeded: skip)
    }

    /// The letters behind the octets are in every set that a run of octets is measured by.
    @inline(never)
    private init(few octets: Span<UInt8>, skip: Int) {
        let letter = UInt8(ascii: "a")
        var low = SIMD32(repeating: letter)
        for index in octets.indices { low[index] = octets.octet(at: index) }
        self.low = Lanes(low)
        high = Lanes(SIMD32(repeating: letter))
        shift = 32
        self.skip = UInt64(truncatingIfNeeded: skip)
    }

    @inline(__always)
    private func join(_ set: (Lanes) -> UInt32) -> UInt64 {
        (UInt64(set(low)) | UInt64(set(high)) &<< shift) &>> skip
    }
}

// A set that holds too much is as good as the exact one: who meets an octet of it looks again, slowly.
extension Block {
    /// Of no field's value (RFC 9110 §5.5), HTAB, or not of ASCII. One more than 0x7f is less than any.
    @inline(__always)
    var controls: UInt64 { join { lanes in (lanes &- 0xff .< 0x21).bits } }

    /// No letter, digit or "-", of which nearly all field names and methods consist.
    @inline(__always)
    var breaks: UInt64 {
        join { lanes in ~(Self.letters(lanes) .| Self.digits(lanes) .| lanes .== UInt8(ascii: "-")).bits }
    }

    /// No letter, digit, or one of - . / : _
    @inline(__always)
    var pathEnds: UInt64 {
        join { lanes in
            let isMarkOrDigit = lanes.between(UInt8(ascii: "-"), count: 14)
            return ~(Self.letters(lanes) .| isMarkOrDigit .| lanes .== UInt8(ascii: "_")).bits
        }
    }

    /// Of no query, or "%".
    @inline(__always)
    var queryEnds: UInt64 {
        join { lanes in
            let isQuote = lanes | 1 .== UInt8(ascii: "#")
            let isAngle = lanes | 2 .== UInt8(ascii: ">")
            let isVisible = lanes.between(0x21, count: 0x5e)
            return (isQuote .| isAngle .| lanes .== UInt8(ascii: "%")).bits | ~isVisible.bits
        }
    }

    /// No letter, digit, "-" or ".".
    @inline(__always)
    var hostEnds: UInt64 {
        join { lanes in
            let isMark = lanes.between(UInt8(ascii: "-"), count: 2)
            return ~(Self.letters(lanes) .| Self.digits(lanes) .| isMark).bits
        }
    }

    @inline(__always)
    private static func letters(_ lanes: Lanes) -> LaneSet {
        (lanes | 0x20).between(UInt8(ascii: "a"), count: 26)
    }

    @inline(__always)
    private static func digits(_ lanes: Lanes) -> LaneSet { lanes.between(UInt8(ascii: "0"), count: 10) }
}
