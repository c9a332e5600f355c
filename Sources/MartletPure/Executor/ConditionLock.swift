#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// A lock, and a condition that is waited for under it, of the system's own: `Mutex` alone has nothing to wait for.
@safe
struct ConditionLock: ~Copyable, @unchecked Sendable {
    /// The system wants them to stay where they are.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>

    /// nil: the system has no more of them.
    init?() {
        unsafe mutex = .allocate(capacity: 1)
        unsafe condition = .allocate(capacity: 1)
        if unsafe pthread_mutex_init(mutex, nil) == 0 {
            if unsafe Self.initialize(condition) { return }
            unsafe pthread_mutex_destroy(mutex)
        }
        unsafe mutex.deallocate()
        unsafe condition.deallocate()
        return nil
    }

    deinit {
        unsafe pthread_cond_destroy(condition)
        unsafe pthread_mutex_destroy(mutex)
        unsafe condition.deallocate()
        unsafe mutex.deallocate()
    }

    func withLock<Result>(_ body: () -> Result) -> Result {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        return body()
    }

    /// Under the lock, which is open meanwhile; may also return for no reason.
    func wait() { unsafe pthread_cond_wait(condition, mutex) }

    /// As `wait()`, but at most that long.
    func wait(milliseconds: Int) {
        #if canImport(Darwin)
            var span = timespec(tv_sec: milliseconds / 1000, tv_nsec: milliseconds % 1000 * 1_000_000)
            unsafe pthread_cond_timedwait_relative_np(condition, mutex, &span)
        #else
            var until = timespec()
            unsafe clock_gettime(CLOCK_MONOTONIC, &until)
            let nanoseconds = until.tv_nsec + milliseconds % 1000 * 1_000_000
            until.tv_sec += milliseconds / 1000 + nanoseconds / 1_000_000_000
            until.tv_nsec = nanoseconds % 1_000_000_000
            unsafe pthread_cond_timedwait(condition, mutex, &until)
        #endif
    }

    func signal() { unsafe pthread_cond_signal(condition) }

    func broadcast() { unsafe pthread_cond_broadcast(condition) }

    /// A change of the calendar's clock makes nobody wait longer.
    private static func initialize(_ condition: UnsafeMutablePointer<pthread_cond_t>) -> Bool {
        #if canImport(Darwin)
            return unsafe pthread_cond_init(condition, nil) == 0
        #else
            var attributes = pthread_condattr_t()
            guard unsafe pthread_condattr_init(&attributes) == 0 else { return false }
            defer { unsafe pthread_condattr_destroy(&attributes) }
            return unsafe pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0
                && pthread_cond_init(condition, &attributes) == 0
        #endif
    }
}
