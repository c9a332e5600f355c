#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif
import Testing

@testable import MartletPure

func yieldThread() { sched_yield() }

/// Runs `body` on as many threads at once, and returns when all are done.
func onThreads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) throws {
    let threads = (0..<count).map { index in OwnThread(named: "test-\(index)") { body(index) } }
    for thread in threads { thread?.join() }
    try #require(threads.allSatisfy { $0 != nil })
}

/// A number that threads raise, and wait for.
final class Tally: @unchecked Sendable {
    private let lock: ConditionLock
    private var count = 0

    init() throws { lock = try ConditionLock() ?? { throw CancellationError() }() }

    func raise() {
        lock.withLock {
            count += 1
            lock.broadcast()
        }
    }

    /// False when the number is not reached within a minute.
    func reaches(_ wanted: Int) -> Bool {
        lock.withLock {
            for _ in 0..<60 where count < wanted { lock.wait(milliseconds: 1000) }
            return count >= wanted
        }
    }
}

/// A door that jobs wait at until it is opened.
final class Gate: Sendable {
    let waiting: Tally
    let open: Tally

    init() throws {
        waiting = try Tally()
        open = try Tally()
    }

    func wait() {
        waiting.raise()
        _ = open.reaches(1)
    }
}
