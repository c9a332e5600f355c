/// What a reactor calls: for a descriptor that is watched, and when its time is up. It has one of each, or none. Who owns
/// it forgets it and clears its timer before it goes.
@safe
class EventSource: @unchecked Sendable {
    /// The reactor's: what it waits for, at which descriptor.
    @safe @exclusivity(unchecked) final var descriptor: Int32 = -1
    @safe @exclusivity(unchecked) final var watched: Readiness = []
    /// The timer wheel's.
    @safe @exclusivity(unchecked) final var timer = TimerLinks()

    init() {}

    /// The descriptor is ready. Thread: the reactor's.
    func ready(_ readiness: Readiness) {}

    /// Its timer has expired, and is not set any more. Thread: the reactor's.
    func timeIsUp() {}

    /// When its timer expires, by the reactor's clock; nil: it is not set.
    final var timerDeadline: UInt64? { timer.slot == TimerLinks.noSlot ? nil : timer.deadline }
}

/// An event source's place in the timer wheel.
@safe
struct TimerLinks {
    static let noSlot: UInt16 = .max

    var next: Unmanaged<EventSource>?
    var previous: Unmanaged<EventSource>?
    /// When it is due.
    var deadline: UInt64 = 0
    /// When its slot comes: never later than the deadline.
    var filedFor: UInt64 = 0
    var slot = Self.noSlot

    init() {
        unsafe next = nil
        unsafe previous = nil
    }
}
