/// A coarse hashed wheel: to set a timer later than it already is costs a store. One thread. Whoever owns it says what
/// time it is.
///
/// Every slot holds the timers of exactly one tick of [nextTick, nextTick + slots): a slot that comes due is taken whole,
/// with no laps to count. The wheel retains nothing.
@safe
struct TimerWheel: ~Copyable {
    static let slots: UInt64 = 512
    static let tickMilliseconds: UInt64 = 100

    /// Behind the slots: those that are due and not yet called.
    private static let due = UInt16(slots)

    /// The first timer of each slot.
    private let heads: UnsafeMutablePointer<Unmanaged<EventSource>?>
    /// The first tick (time / `tickMilliseconds`) not yet looked at.
    private(set) var nextTick: UInt64
    /// Timers that are set.
    private(set) var count = 0

    init(now: UInt64) {
        let lists = Int(Self.slots) + 1
        unsafe heads = .allocate(capacity: lists)
        unsafe heads.initialize(repeating: nil, count: lists)
        nextTick = now / Self.tickMilliseconds + 1
    }

    deinit { unsafe heads.deallocate() }

    /// Sets the timer, or moves it.
    mutating func set(_ source: EventSource, to deadline: UInt64) {
        source.timer.deadline = deadline
        if source.timer.slot != TimerLinks.noSlot {
            if deadline >= source.timer.filedFor { return }
            unlink(source)
        }
        file(source)
    }

    /// Harmless when it is not set.
    mutating func clear(_ source: EventSource) {
        if source.timer.slot != TimerLinks.noSlot { unlink(source) }
    }

    /// Looks at the ticks up to `now`: what is due then is taken by `popDue(at:)`.
    mutating func advance(to now: UInt64) {
        let lastTick = now / Self.tickMilliseconds
        if lastTick < nextTick { return }
        if count > 0 { collectDue(lastTick) }
        nextTick = lastTick + 1
    }

    /// One that is due, never early, and not set any more; nil when there is none left. Whatever its owner does may set
    /// and clear any timer in between.
    mutating func popDue(at now: UInt64) -> EventSource? {
        while let source = unsafe heads[Int(Self.due)]?.takeUnretainedValue() {
            unlink(source)
            if source.timer.deadline <= now { return source }
            file(source)
        }
        return nil
    }

    /// After a suspended machine's gap every slot is due, but none more than once.
    private mutating func collectDue(_ lastTick: UInt64) {
        let ticks = min(lastTick - nextTick + 1, Self.slots)
        for tick in nextTick..<nextTick + ticks {
            let slot = Int(tick % Self.slots)
            while let source = unsafe heads[slot]?.takeUnretainedValue() {
                unlink(source)
                link(source, Self.due)
            }
        }
    }

    private mutating func file(_ source: EventSource) {
        let horizon = nextTick + Self.slots - 1
        let deadline = source.timer.deadline
        let tick = deadline / Self.tickMilliseconds + (deadline % Self.tickMilliseconds > 0 ? 1 : 0)
        let filed = min(max(tick, nextTick), horizon)
        source.timer.filedFor = tick > horizon ? horizon * Self.tickMilliseconds : deadline
        link(source, UInt16(filed % Self.slots))
    }

    private mutating func link(_ source: EventSource, _ slot: UInt16) {
        let first = unsafe heads[Int(slot)]
        let this = unsafe Unmanaged.passUnretained(source)
        unsafe source.timer.next = first
        unsafe source.timer.previous = nil
        source.timer.slot = slot
        unsafe first?._withUnsafeGuaranteedRef { unsafe $0.timer.previous = this }
        unsafe heads[Int(slot)] = this
        count += 1
    }

    private mutating func unlink(_ source: EventSource) {
        let (next, previous) = unsafe (source.timer.next, source.timer.previous)
        unsafe next?._withUnsafeGuaranteedRef { unsafe $0.timer.previous = previous }
        if let previous = unsafe previous {
            unsafe previous._withUnsafeGuaranteedRef { unsafe $0.timer.next = next }
        } else {
            unsafe heads[Int(source.timer.slot)] = next
        }
        source.timer.slot = TimerLinks.noSlot
        count -= 1
    }
}
