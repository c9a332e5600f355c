/// Where the names and values of field lines end, found without a branch that depends on where.
///
/// It goes over blocks of 64 octets, as numbers with a bit for each octet:
///
///     octets     H o s t :   a . b CR LF A c c e p t :   * / * CR LF CR LF
///     breaks     . . . . 1 1 . 1 . 1  1  . . . . . . 1 1 1 1 1 1  1  1  1    not of a name
///     controls   . . . . . . . . . 1  1  . . . . . . . . . . . 1  1  1  1
///     starts     1 . . . . . . . . .  .  1 . . . . . . . . . . .  .  1       behind two controls
///     sum        . . . . 1 …             . . . . . . 1 …                     ~breaks + starts
///     places             ^         ^                 ^         ^
///
/// The sum finds the ends of all names at once: the bit of a start is carried over the octets of the name and comes to
/// rest on the first octet that is none of a name. Carries into the next block are kept. The places of name ends and
/// of the controls that end values stand in turn in a list; a start on a break is the empty line. Whether a name ends
/// with a colon and a value with CRLF is asked by who takes the places: the first line of which that is not so ends
/// their use, and until there they do come in turn.
@safe
struct LineScan {
    /// Room for places: 64 lines, another block of places, and what is written behind the last.
    static let room = most + 64 + 4
    private static let most = 128

    private let places: UnsafeMutablePointer<UInt32>
    private(set) var count = 0
    /// Where the first line without a name begins.
    private(set) var empty = Int.max
    /// Of lines in the next block that are known already.
    private var starts: UInt64 = 0
    /// 1: a name goes on in the next block.
    private var carry: UInt64 = 0
    /// 1: the octet before the next block is a control.
    private var control: UInt64 = 0

    /// `memory` has the room, and outlives this.
    @inline(__always)
    init(_ memory: UnsafeMutableBufferPointer<UInt32>) {
        // Memory of a constant, positive size has an address.
        unsafe places = memory.baseAddress.unsafelyUnwrapped
    }

    @inline(__always)
    func place(_ index: Int) -> Int {
        assert(index < count)
        return Int(unsafe places[index])
    }

    /// Over lines from `start` on, beginning with the masks that are known when they speak of it. To the empty line,
    /// the input's end, or as many lines as there is room for.
    @inline(__always)
    mutating func run(_ octets: Span<UInt8>, from start: Int, _ known: Masks) {
        var masks = start &- known.base < 64 ? known : Masks(octets, at: start)
        starts = 1 &<< UInt64(truncatingIfNeeded: start &- masks.base)
        masks.controls &= 0 &- starts
        var goesOn = take(masks)
        var base = masks.base &+ 64
        while goesOn, octets.count &- base >= 64, count < Self.most {
            goesOn = take(Masks(Block(whole: octets, at: base), at: base))
            base &+= 64
        }
        if goesOn, base < octets.count, count < Self.most { _ = take(Masks(octets, at: base)) }
        // Behind the last octet nothing is known.
        if count > 0, place(count &- 1) &+ 1 == octets.count { count &-= 1 }
    }

    /// False: the empty line was found.
    @inline(__always)
    private mutating func take(_ masks: Masks) -> Bool {
        let behindControl = masks.controls &<< 1 | control
        let secondControls = masks.controls & behindControl
        let starts = secondControls &<< 1 | self.starts
        let (sum, isOver) = (~masks.breaks).addingReportingOverflow(starts | carry)
        control = masks.controls &>> 63
        self.starts = secondControls &>> 63
        carry = isOver ? 1 : 0
        var found = sum & masks.breaks | masks.controls & ~behindControl
        let empty = starts & masks.breaks
        if empty != 0 {
            self.empty = masks.base &+ empty.trailingZeroBitCount
            found &= (empty & (0 &- empty)) &- 1
        }
        put(found, masks.base)
        return empty == 0
    }

    /// Appends base + i for each bit i, lowest first. Four at a time: mostly there are no more, and the one branch then
    /// goes the same way in each block.
    @inline(__always)
    private mutating func put(_ found: UInt64, _ base: Int) {
        let end = count &+ found.nonzeroBitCount
        var (left, at) = (found, count)
        repeat {
            for step in 0..<4 {
                unsafe places[at &+ step] = UInt32(truncatingIfNeeded: base &+ left.trailingZeroBitCount)
                left &= left &- 1
            }
            at &+= 4
        } while left != 0
        count = end
    }
}
