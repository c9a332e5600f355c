#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

#if os(Linux) || os(Android)
    // Swift's modules for the C library leave it out.
    @_extern(c, "pthread_setname_np")
    @discardableResult
    private func pthread_setname_np(_ thread: pthread_t, _ name: UnsafePointer<CChar>) -> Int32
#endif

/// A thread of the server's own, which no signal of the host's interrupts.
@safe
struct OwnThread: @unchecked Sendable {
    private let handle: pthread_t

    /// Runs `body` on a thread of that name; nil when the system has no more of them. Somebody must join it.
    init?(named name: String, openTo faults: [Int32] = [], _ body: @escaping @Sendable () -> Void) {
        let work = unsafe Unmanaged.passRetained(Work(name, body))
        let before = Self.blockSignals(except: faults)
        defer { Self.setSignals(before) }
        #if canImport(Glibc)
            var handle = pthread_t()
        #else
            var handle: pthread_t?
        #endif
        guard unsafe pthread_create(&handle, nil, run, work.toOpaque()) == 0 else {
            unsafe work.release()
            return nil
        }
        #if canImport(Glibc)
            self.handle = handle
        #else
            unsafe self.handle = handle!
        #endif
    }

    func join() { pthread_join(handle, nil) }

    /// What a thread brings on itself: a blocked SIGSEGV kills without asking the host's handler.
    static let ownFaults: [Int32] = [SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS]

    private static func blockSignals(except faults: [Int32]) -> sigset_t {
        var blocked = sigset_t()
        var before = sigset_t()
        unsafe sigfillset(&blocked)
        for fault in faults { unsafe sigdelset(&blocked, fault) }
        unsafe pthread_sigmask(SIG_SETMASK, &blocked, &before)
        return before
    }

    private static func setSignals(_ set: sigset_t) {
        var set = set
        unsafe pthread_sigmask(SIG_SETMASK, &set, nil)
    }
}

/// What a new thread is told.
private final class Work: Sendable {
    let name: String
    let body: @Sendable () -> Void

    init(_ name: String, _ body: @escaping @Sendable () -> Void) {
        self.name = name
        self.body = body
    }

    func run() {
        nameThread()
        body()
    }

    private func nameThread() {
        #if canImport(Darwin)
            unsafe pthread_setname_np(name)
        #elseif os(Linux) || os(Android)
            // The system refuses a longer one.
            let cut = String(decoding: name.utf8.prefix(15), as: UTF8.self)
            unsafe pthread_setname_np(pthread_self(), cut)
        #endif
    }
}

#if canImport(Darwin)
    private func run(_ work: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
        unsafe Unmanaged<Work>.fromOpaque(work).takeRetainedValue().run()
        return nil
    }
#else
    private func run(_ work: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        if let work = unsafe work { unsafe Unmanaged<Work>.fromOpaque(work).takeRetainedValue().run() }
        return nil
    }
#endif
