#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif
import MartletEngine
import Synchronization
import Testing

@testable import MartletPure

/// Counts its runs, and does what it was made for.
private final class Task: Job, @unchecked Sendable {
    let runs = Atomic<Int>(0)
    private let work: @Sendable () -> Void

    init(_ work: @escaping @Sendable () -> Void = {}) { self.work = work }

    var runCount: Int { runs.load(ordering: .sequentiallyConsistent) }

    override func run() {
        runs.add(1, ordering: .sequentiallyConsistent)
        work()
    }
}

@Suite(.timeLimit(.minutes(10))) struct ExecutorTests {
    @Test func `runs what is submitted on its own thread`() throws {
        let done = try Tally()
        let executor = try Executor(threads: 2, capacity: 4)
        let other = try Executor(threads: 1, capacity: 4)
        let seen = Mutex<[Bool]>([])
        let task = Task {
            seen.withLock { $0.append(executor.isCurrent && !other.isCurrent) }
            done.raise()
        }
        #expect(!executor.isCurrent)
        #expect(executor.submit(task))
        #expect(done.reaches(1))
        #expect(seen.withLock { $0 } == [true])
        executor.end()
        other.end()
        #expect(task.runCount == 1)
    }

    #if os(Linux)
        @Test func `names its threads`() throws {
            let gate = try Gate()
            let names = Mutex<Set<String>>([])
            let executor = try Executor(threads: 3, capacity: 4)
            for _ in 0..<3 {
                #expect(
                    executor.submit(
                        Task {
                            var name = [CChar](repeating: 0, count: 32)
                            let file = unsafe open("/proc/thread-self/comm", O_RDONLY)
                            let count = unsafe read(file, &name, name.count)
                            close(file)
                            let octets = name.prefix(max(0, count - 1)).map { UInt8(bitPattern: $0) }
                            _ = names.withLock { $0.insert(String(decoding: octets, as: UTF8.self)) }
                            gate.wait()
                        }))
            }
            #expect(gate.waiting.reaches(3))
            gate.open.raise()
            executor.end()
            #expect(names.withLock { $0 } == ["mt-worker-0", "mt-worker-1", "mt-worker-2"])
        }
    #endif

    @Test func `blocks a host's signals, but not a thread's own faults`() throws {
        let masks = Mutex<[Int32: Bool]>([:])
        let blocked = [SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGCHLD, SIGPIPE, SIGALRM]
        let open = [SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT]
        let executor = try Executor(threads: 1, capacity: 4)
        let task = Task {
            var mask = sigset_t()
            unsafe pthread_sigmask(SIG_SETMASK, nil, &mask)
            for signal in blocked + open {
                let isBlocked = unsafe sigismember(&mask, signal) == 1
                masks.withLock { $0[signal] = isBlocked }
            }
        }
        #expect(executor.submit(task))
        executor.end()
        #expect(blocked.allSatisfy { signal in masks.withLock { $0[signal] } == true })
        #expect(open.allSatisfy { signal in masks.withLock { $0[signal] } == false })
    }

    @Test func `refuses what the full queue cannot hold`() throws {
        let gate = try Gate()
        let executor = try Executor(threads: 1, capacity: 4)
        let busy = Task { gate.wait() }
        let queued = (0..<4).map { _ in Task() }
        let late = Task()
        #expect(executor.submit(busy))
        #expect(gate.waiting.reaches(1))
        for task in queued { #expect(executor.submit(task)) }
        #expect(!executor.submit(late))
        gate.open.raise()
        executor.end()
        #expect(busy.runCount == 1)
        #expect(queued.allSatisfy { $0.runCount == 1 })
        #expect(late.runCount == 0)
    }

    @Test func `ending it runs what is queued`() throws {
        let gate = try Gate()
        let executor = try Executor(threads: 2, capacity: 128)
        let tasks = (0..<100).map { index in index < 2 ? Task { gate.wait() } : Task() }
        for task in tasks { #expect(executor.submit(task)) }
        #expect(gate.waiting.reaches(2))
        let opener = OwnThread(named: "opener") {
            var time = timespec(tv_sec: 0, tv_nsec: 50_000_000)
            unsafe nanosleep(&time, nil)
            gate.open.raise()
        }
        executor.end()
        opener?.join()
        #expect(tasks.allSatisfy { $0.runCount == 1 })
    }

    @Test func `once it ends it refuses, and still runs what it took`() throws {
        let executor = try Executor(threads: 2, capacity: 8192)
        let taken = Task()
        let submitted = Atomic<Int>(0)
        let stubborn = Task {
            for _ in 0..<5000 {
                if !executor.submit(taken) { return }
                submitted.add(1, ordering: .relaxed)
                var time = timespec(tv_sec: 0, tv_nsec: 1_000_000)
                unsafe nanosleep(&time, nil)
            }
        }
        #expect(executor.submit(stubborn))
        while taken.runCount == 0 { yieldThread() }
        executor.end()
        #expect(1..<5000 ~= submitted.load(ordering: .relaxed))
        #expect(taken.runCount == submitted.load(ordering: .relaxed))
        #expect(!executor.submit(Task()))
    }

    @Test func `a job may submit another`() throws {
        let done = try Tally()
        let executor = try Executor(threads: 1, capacity: 1)
        let second = Task { done.raise() }
        #expect(executor.submit(Task { _ = executor.submit(second) }))
        #expect(done.reaches(1))
        executor.end()
        #expect(second.runCount == 1)
    }

    /// Each round ends on the verge of sleep: a worker that went to sleep just beside a submission would never be woken
    /// again.
    @Test func `no wake is lost between a submission and a worker falling asleep`() throws {
        let done = try Tally()
        let executor = try Executor(threads: 2, capacity: 2)
        let task = Task { done.raise() }
        for round in 0..<3000 {
            try #require(executor.submit(task))
            try #require(done.reaches(round + 1))
            for _ in 0..<round % 97 { yieldThread() }
        }
        executor.end()
        #expect(task.runCount == 3000)
    }

    /// Jobs that wait for each other: if one wake served two of them, a round would not end.
    @Test func `jobs submitted at once run at once`() throws {
        let guests = 3
        let executor = try Executor(threads: guests, capacity: 4)
        let arrivals = try Tally()
        let departures = try Tally()
        let failures = Atomic<Int>(0)
        try onThreads(guests) { _ in
            for round in 1...300 where failures.load(ordering: .relaxed) == 0 {
                let meeting = Task {
                    arrivals.raise()
                    if !arrivals.reaches(round * guests) { failures.add(1, ordering: .relaxed) }
                    departures.raise()
                }
                if !executor.submit(meeting) { failures.add(1, ordering: .relaxed) }
                if !departures.reaches(round * guests) { failures.add(1, ordering: .relaxed) }
            }
        }
        executor.end()
        #expect(failures.load(ordering: .relaxed) == 0)
    }

    @Test func `under pressure every accepted job runs exactly once`() throws {
        let executor = try Executor(threads: 3, capacity: 64)
        let accepted = Atomic<Int>(0)
        let tasks = (0..<3).map { _ in (0..<10000).map { _ in Task() } }
        try onThreads(3) { index in
            for task in tasks[index] where executor.submit(task) { accepted.add(1, ordering: .relaxed) }
        }
        executor.end()
        let runs = tasks.joined().map { $0.runCount }
        #expect(runs.allSatisfy { $0 <= 1 })
        #expect(runs.reduce(0, +) == accepted.load(ordering: .relaxed))
        #expect(accepted.load(ordering: .relaxed) > 0)
    }

    @Test(arguments: [(0, 4), (1025, 4), (.max, 4), (-1, 4), (1, 0), (1, 3), (1, -4)])
    func `refuses senseless sizes`(_ threads: Int, _ capacity: Int) throws {
        let error = try #require(throws: CoreError.self) {
            try Executor(threads: threads, capacity: capacity)
        }
        #expect(error.status == .invalidArgument)
    }

    @Test func `lets a job go once it has run`() throws {
        weak var task: Task?
        let executor = try Executor(threads: 1, capacity: 2)
        do {
            let made = Task()
            task = made
            #expect(executor.submit(made))
        }
        executor.end()
        #expect(task == nil)
    }

    /// The system gives a thread's number to the next one once it is joined.
    @Test func `knows no thread that comes after its end`() throws {
        let executor = try Executor(threads: 8, capacity: 4)
        executor.end()
        let found = Atomic<Int>(0)
        try onThreads(8) { _ in if executor.isCurrent { found.add(1, ordering: .relaxed) } }
        #expect(found.load(ordering: .relaxed) == 0)
        executor.end()
    }

    @Test func `ends with its holder`() throws {
        let task = Task()
        do {
            let executor = try Executor(threads: 2, capacity: 4)
            #expect(executor.submit(task))
        }
        #expect(task.runCount == 1)
    }
}
