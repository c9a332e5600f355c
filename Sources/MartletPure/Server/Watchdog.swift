internal import MartletEngine
internal import Synchronization

/// A thread that looks from time to time which handler holds a reactor, and names it in the log when that lasts too
/// long. No clock is read on the reactors for it.
@safe
final class Watchdog: @unchecked Sendable {
    /// What runs on a reactor: the route, nil between handlers, and a number that each run changes.
    typealias Running = (route: Unmanaged<Route>?, serial: UInt64)

    /// Of each reactor: the handler's run that is being timed.
    private struct Sighting {
        var serial: UInt64 = 0
        /// nil: none runs.
        var since: UInt64?
        var isReported = false
    }

    private let count: Int
    private let limit: UInt64
    private let running: @Sendable (Int) -> Running
    private let log: CoreLogSink
    private let lock: ConditionLock
    /// The thread's own.
    private var sightings: [Sighting]
    private let current = Atomic<UInt>(ThreadIdentity.none)
    private var thread: OwnThread?
    /// Under the lock.
    private var isEnding = false

    /// Starts the thread, which asks `running` about each of `count` reactors. `limit` > 0, in milliseconds. Throws
    /// `.system` when there is no thread to be had.
    init(
        reactors count: Int, limit: UInt64, log: CoreLogSink, running: @escaping @Sendable (Int) -> Running
    ) throws(CoreError) {
        guard let lock = ConditionLock() else { throw Self.shortage }
        self.count = count
        self.limit = limit
        self.log = log
        unsafe self.running = running
        self.lock = lock
        sightings = Array(repeating: Sighting(), count: count)
        thread = OwnThread(named: "mt-watchdog") { [unowned(unsafe) self] in unsafe self.watch() }
        if thread == nil { throw Self.shortage }
    }

    deinit { stop() }

    /// Whether the caller is its thread, in the host's log callback. Thread: any.
    var isCurrent: Bool { current.load(ordering: .relaxed) == ThreadIdentity.current }

    /// Ends it; harmless the second time. Thread: not its own.
    func stop() {
        lock.withLock {
            isEnding = true
            lock.signal()
        }
        thread?.join()
        thread = nil
    }

    private static let shortage = CoreError(status: .system, message: "no thread for the watchdog")

    private func watch() {
        current.store(ThreadIdentity.current, ordering: .relaxed)
        lock.withLock {
            while !isEnding {
                let now = Clock.monotonicMilliseconds
                for index in 0..<count { look(at: index, now) }
                // Several looks within the limit, so that what is reported has lasted at most a quarter longer.
                lock.wait(milliseconds: max(5, Int(limit / 4)))
            }
        }
        current.store(ThreadIdentity.none, ordering: .relaxed)
    }

    private func look(at index: Int, _ now: UInt64) {
        let (route, serial) = unsafe running(index)
        guard let route = unsafe route else {
            sightings[index] = Sighting(serial: serial)
            return
        }
        guard let since = sightings[index].since, serial == sightings[index].serial else {
            sightings[index] = Sighting(serial: serial, since: now)
            return
        }
        if sightings[index].isReported || now - since < limit { return }
        sightings[index].isReported = true
        unsafe route._withUnsafeGuaranteedRef { report(index, $0) }
    }

    private func report(_ index: Int, _ route: Route) {
        if log.level.rawValue > CoreLogLevel.warning.rawValue { return }
        let what = route.method == .unknown ? "the fallback" : "route \(route.pattern)"
        log.write(
            .warning,
            """
            the handler of \(what) has held reactor \(index) for over \(limit) ms; register it on the workers if it blocks
            """)
    }
}
