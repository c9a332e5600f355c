internal import MartletEngine
internal import Synchronization

/// A fixed set of threads behind a bounded lock-free queue, for handlers that block.
final class Executor: Sendable {
    static let mostThreads = 1024

    private let crew: Crew
    private let threads: Mutex<[OwnThread]>

    /// Starts the threads; `capacity` is a power of two. Throws `.system` when a thread cannot be made: those made are
    /// joined. Signals are blocked on the threads, but for those that a thread's own fault raises.
    init(threads count: Int, capacity: Int) throws(CoreError) {
        guard 1...Self.mostThreads ~= count, capacity > 0, capacity & (capacity - 1) == 0 else {
            throw CoreError(status: .invalidArgument, message: "senseless sizes of an executor")
        }
        guard let crew = Crew(count: count, capacity: capacity) else { throw Self.shortage }
        self.crew = crew
        threads = Mutex([])
        for index in 0..<count {
            let thread = OwnThread(named: "mt-worker-\(index)", openTo: OwnThread.ownFaults) {
                crew.work(index)
            }
            guard let thread else {
                end()
                throw Self.shortage
            }
            threads.withLock { $0.append(thread) }
        }
    }

    deinit { end() }

    /// Queues the job; false when the queue is full or the executor ends. Never waits for a job. What returned true is run
    /// exactly once, also by an `end()` that begins meanwhile. Thread: any.
    func submit(_ job: Job) -> Bool { crew.submit(job) }

    /// Runs what is queued and joins the threads. A job that is run meanwhile may still submit; other threads may not be
    /// in `submit(_:)` any more. Harmless the second time. Thread: none of the executor's.
    func end() {
        crew.dismiss()
        let threads = threads.withLock { threads in
            defer { threads = [] }
            return threads
        }
        for thread in threads { thread.join() }
    }

    /// Whether the caller is one of the executor's threads. Thread: any.
    var isCurrent: Bool { crew.isCurrent }

    private static let shortage = CoreError(status: .system, message: "no thread for the workers")
}

/// What the threads of an executor share.
private final class Crew: @unchecked Sendable {
    /// How often an idle worker looks again before it sleeps: under steady load that spares the submitter a system call,
    /// and an idle pool costs nothing.
    private static let looksBeforeSleep = 64

    private let queue: JobQueue
    /// Guards the step from "nothing to do" to asleep.
    private let lock: ConditionLock
    /// Workers asleep or about to be.
    private let sleepers = Atomic<Int>(0)
    private let isEnding = Atomic<Bool>(false)
    /// The workers' threads; gone ones are not among them, for their numbers may be other threads'.
    private let members = Mutex<[UInt]>([])

    init?(count: Int, capacity: Int) {
        guard let lock = ConditionLock() else { return nil }
        self.lock = lock
        queue = JobQueue(capacity: capacity)
    }

    var isCurrent: Bool {
        let me = ThreadIdentity.current
        return members.withLock { $0.contains(me) }
    }

    func submit(_ job: Job) -> Bool {
        if isEnding.load(ordering: .relaxed) || !queue.push(job) { return false }
        wakeOne()
        return true
    }

    func dismiss() {
        lock.withLock {
            isEnding.store(true, ordering: .sequentiallyConsistent)
            lock.broadcast()
        }
    }

    func work(_ index: Int) {
        let me = ThreadIdentity.current
        members.withLock { $0.append(me) }
        while let job = unsafe nextJob() {
            unsafe job._withUnsafeGuaranteedRef { $0.run() }
            unsafe job.release()
        }
        members.withLock { members in members.removeAll { $0 == me } }
    }

    private func wakeOne() {
        if sleepers.load(ordering: .sequentiallyConsistent) == 0 { return }
        lock.withLock { lock.signal() }
    }

    private func nextJob() -> Unmanaged<Job>? {
        let job = unsafe lookForJob() ?? sleepForJob()
        // A wake is lost on a worker that finds the oldest job half pushed: whoever takes that job passes the wake on.
        if unsafe job != nil, queue.hasJobs { wakeOne() }
        return unsafe job
    }

    private func lookForJob() -> Unmanaged<Job>? {
        for _ in 0..<Self.looksBeforeSleep {
            if let job = unsafe queue.pop() { return unsafe job }
        }
        return nil
    }

    /// A worker first counts itself asleep, then looks once more; a submitter first queues, then looks for sleepers. One of
    /// the two sees the other. nil: the executor ends and nothing is queued.
    private func sleepForJob() -> Unmanaged<Job>? {
        unsafe lock.withLock {
            sleepers.add(1, ordering: .sequentiallyConsistent)
            defer { sleepers.subtract(1, ordering: .sequentiallyConsistent) }
            while true {
                if let job = unsafe queue.pop() { return unsafe job }
                if isEnding.load(ordering: .sequentiallyConsistent) { return nil }
                lock.wait()
            }
        }
    }
}
