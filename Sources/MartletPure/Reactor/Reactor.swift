internal import MartletEngine
internal import Synchronization

/// Who is called at each tick of a reactor.
protocol Ticked: AnyObject { func tick() }

/// One thread's event loop, with its timer wheel and mailbox.
///
/// Thread: the one that runs it, or before it runs any one; unless a member says otherwise. Its state is one thread's, and
/// no access to it spans a call to somebody else, so that it is not checked for exclusive access at run time.
final class Reactor: @unchecked Sendable {
    /// Milliseconds of the monotonic clock, at most one tick old while any timer is set: no clock is read in a turn of the
    /// loop.
    @safe @exclusivity(unchecked) private(set) var now: UInt64
    @safe @exclusivity(unchecked) private var wheel: TimerWheel
    @safe @exclusivity(unchecked) private var isTicking = false
    @safe @exclusivity(unchecked) private var hasQuit = false
    /// Sources that were forgotten in this turn: its events may still name them.
    @safe @exclusivity(unchecked) private var forgotten: [EventSource] = []
    /// Called at each tick, before timers expire; there are no ticks while no timer is set.
    weak var ticked: (any Ticked)?
    private let poller: Poller
    private let mailbox = Mailbox()
    /// Of the thread that runs it.
    private let thread = Atomic<UInt>(ThreadIdentity.none)

    init() throws(CoreError) {
        poller = try Poller()
        now = Clock.monotonicMilliseconds
        wheel = TimerWheel(now: now)
    }

    // MARK: The loop

    /// Serves events on the calling thread until `quit()`, which may come first; then closes the mailbox, delivering what is
    /// in it. Once.
    func run() throws(CoreError) {
        thread.store(ThreadIdentity.current, ordering: .relaxed)
        defer {
            mailbox.close()
            forgotten = []
            thread.store(ThreadIdentity.none, ordering: .relaxed)
        }
        while !hasQuit { try turn() }
    }

    /// Thread: the reactor's.
    func quit() { hasQuit = true }

    /// Whether the caller is on the thread that runs it. Thread: any.
    var isCurrent: Bool { thread.load(ordering: .relaxed) == ThreadIdentity.current }

    private func turn() throws(CoreError) {
        let count = poller.wait()
        if count < 0 && !Socket.wouldBlock { throw CoreError(status: .system, message: "MT_ERROR_SYSTEM") }
        for index in 0..<max(0, count) {
            let token = poller.token(index)
            switch token {
            case Poller.bell: mailbox.deliver()
            case Poller.alarm: tick()
            default: serve(token, poller.readiness(index))
            }
            if hasQuit { break }
        }
        if !forgotten.isEmpty { forgotten.removeAll(keepingCapacity: true) }
    }

    /// What the source does not wait for is not told: it may have changed its mind, or be forgotten, in this very turn.
    private func serve(_ token: UInt, _ ready: Readiness) {
        guard let pointer = unsafe UnsafeRawPointer(bitPattern: token) else { return }
        unsafe Unmanaged<EventSource>.fromOpaque(pointer)._withUnsafeGuaranteedRef { source in
            let told = ready.intersection(source.watched)
            if !told.isEmpty { source.ready(told) }
        }
    }

    // MARK: Descriptors

    /// Waits for `wanted` at the descriptor, level-triggered; with `[]` for nothing. No system call when nothing changes.
    /// Throws when the kernel refuses: then nothing is waited for.
    func watch(_ source: EventSource, _ descriptor: Int32, _ wanted: Readiness) throws(CoreError) {
        if source.watched == wanted && source.descriptor == descriptor { return }
        try change(source, descriptor, wanted)
    }

    /// Ends all interest, before the descriptor is closed. No event reaches the source any more; it lives at least to the
    /// end of the turn.
    func forget(_ source: EventSource) {
        if source.descriptor < 0 { return }
        if !source.watched.isEmpty { _ = poller.watch(source.descriptor, from: source.watched, to: [], 0) }
        source.watched = []
        source.descriptor = -1
        if isCurrent { forgotten.append(source) }
    }

    @inline(never)
    private func change(_ source: EventSource, _ descriptor: Int32, _ wanted: Readiness) throws(CoreError) {
        let known = source.watched
        source.descriptor = descriptor
        source.watched = wanted
        let token = unsafe UInt(bitPattern: Unmanaged.passUnretained(source).toOpaque())
        if known == wanted || poller.watch(descriptor, from: known, to: wanted, token) { return }
        source.watched = []
        throw CoreError(status: .system, message: "the descriptor cannot be watched")
    }

    // MARK: Messages

    /// Posts and wakes; false once the reactor has ended: the message is not held then. Thread: any.
    func post(_ message: Message) -> Bool {
        switch mailbox.post(message) {
        case .queued: return true
        case .closed: return false
        case .wake:
            poller.ring()
            return true
        }
    }

    /// Refuses messages from now on, of a reactor that never runs (again), and delivers those that are there.
    func closeMailbox() { mailbox.close() }

    // MARK: Timers

    /// Expires within [delay, delay + 2 ticks], give or take what the loop is held up. To move a deadline further out costs
    /// a store.
    func setTimer(_ source: EventSource, after milliseconds: UInt32) {
        if !isTicking { return beginTicking(source, milliseconds) }
        // `now` may be a tick behind.
        wheel.set(source, to: now + TimerWheel.tickMilliseconds + UInt64(milliseconds))
    }

    /// Harmless when it is not set.
    func clearTimer(_ source: EventSource) { wheel.clear(source) }

    /// Reads the clock anew.
    func refreshClock() { now = Clock.monotonicMilliseconds }

    @inline(never)
    private func beginTicking(_ source: EventSource, _ milliseconds: UInt32) {
        refreshClock()
        if wheel.count == 0 { wheel.advance(to: now) }
        isTicking = true
        armAlarm()
        wheel.set(source, to: now + UInt64(milliseconds))
    }

    private func tick() {
        refreshClock()
        if now / TimerWheel.tickMilliseconds >= wheel.nextTick {
            ticked?.tick()
            wheel.advance(to: now)
            while let source = wheel.popDue(at: now) { source.timeIsUp() }
        }
        isTicking = wheel.count > 0
        if isTicking { armAlarm() }
    }

    /// A little behind the tick's beginning: what came just before it would have to come again.
    private func armAlarm() {
        let toNextTick = TimerWheel.tickMilliseconds - now % TimerWheel.tickMilliseconds
        poller.setAlarm(after: Int(toNextTick) + 1)
    }
}
