internal import MartletEngine
internal import Synchronization

/// start, drain, wait, stop: each may be called more than once and from any thread.
///
/// It has no part in what `CoreServer` is referred to by, so that its threads do not keep the server alive.
final class Lifecycle: @unchecked Sendable {
    private enum State {
        case created, starting
        /// Also while it drains.
        case running
        case stopped
    }

    let shardCount: Int
    private let shared: Shared
    private let endpoints: Endpoints

    // Written by whoever starts the server, before anyone else looks at them.
    private var shards: [Shard] = []
    private var watchdog: Watchdog?
    private var startedAt: UInt64 = 0

    /// Guards what follows.
    private let lock: ConditionLock
    private var state = State.created
    /// Somebody waits for the threads to be gone …
    private var isJoining = false
    /// … and they are.
    private var isJoined = false
    /// Reactors that have not ended.
    private var running = 0
    private var threads: [OwnThread] = []

    init(_ shared: Shared, _ endpoints: Endpoints) throws(CoreError) {
        guard let lock = ConditionLock() else {
            throw CoreError(status: .noMemory, message: "no memory for a server")
        }
        self.lock = lock
        self.shared = shared
        self.endpoints = endpoints
        let reactors = Int(shared.configuration.reactors)
        shardCount = reactors > 0 ? reactors : Processors.count
    }

    // MARK: Questions

    var isOpen: Bool { lock.withLock { state == .created } }

    var runningShards: [Shard] { lock.withLock { state == .running } ? shards : [] }

    var statistics: CoreStatistics {
        var sums = CoreStatistics()
        guard lock.withLock({ state == .running || state == .stopped }), startedAt > 0 else { return sums }
        for shard in shards { shard.counters.add(to: &sums) }
        sums.uptimeMilliseconds = Clock.monotonicMilliseconds - startedAt
        return sums
    }

    /// Whether the caller is one of the server's threads.
    private var isOwnThread: Bool {
        let hasThreads = lock.withLock {
            awaitStart()
            return state != .created && !isJoined
        }
        guard hasThreads else { return false }
        return watchdog?.isCurrent ?? false || shared.executor?.isCurrent ?? false
            || shards.contains { $0.reactor.isCurrent }
    }

    // MARK: The beginning

    /// Returns at once when the server runs already.
    func start() throws(CoreError) {
        guard try claimStart() else { return }
        startedAt = Clock.monotonicMilliseconds
        do throws(CoreError) {
            try prepare()
            try startThreads()
        } catch {
            abortStart()
            throw error
        }
        lock.withLock {
            state = running > 0 ? .running : .stopped
            lock.broadcast()
        }
    }

    /// False when the server was started before.
    private func claimStart() throws(CoreError) -> Bool {
        let known = lock.withLock {
            awaitStart()
            defer { if state == .created { state = .starting } }
            return state
        }
        if known == .stopped {
            throw CoreError(
                status: .invalidState,
                message: "the server has stopped; a stopped server is not started again")
        }
        return known == .created
    }

    private func prepare() throws(CoreError) {
        try shared.router.freeze()
        do throws(CoreError) {
            for index in 0..<shardCount { shards.append(try Shard(shared, index: index)) }
            try endpoints.open(on: shards)
            try createExecutor()
            try createWatchdog()
        } catch {
            let workers = shared.configuration.workers
            throw CoreError(
                status: error.status, systemErrorNumber: error.systemErrorNumber,
                message: "cannot start \(shardCount) reactors and \(workers) workers: \(error.message)")
        }
    }

    private func createExecutor() throws(CoreError) {
        let workers = Int(shared.configuration.workers)
        if workers == 0 { return }
        var capacity = 1
        while capacity < Int(shared.configuration.workerQueueCapacity) { capacity *= 2 }
        shared.executor = try Executor(threads: workers, capacity: capacity)
    }

    private func createWatchdog() throws(CoreError) {
        let limit = UInt64(shared.configuration.handlerWarningMilliseconds)
        if limit == 0 { return }
        let shards = shards
        watchdog = try unsafe Watchdog(reactors: shardCount, limit: limit, log: shared.log) { index in
            unsafe shards[index].runningHandler
        }
    }

    /// A thread for each reactor. On failure those that run are told to end.
    private func startThreads() throws(CoreError) {
        running = shardCount
        for shard in shards {
            let thread = OwnThread(named: "mt-reactor-\(shard.index)", openTo: OwnThread.ownFaults) {
                [self] in
                serve(shard)
            }
            guard let thread else {
                giveUpThreads(from: shard.index)
                throw CoreError(status: .system, message: "cannot make a thread for reactor \(shard.index)")
            }
            threads.append(thread)
        }
    }

    /// Only the reactors before `index` have threads: those are told to end, and need not wait for the others.
    private func giveUpThreads(from index: Int) {
        for shard in shards[..<index] { shard.requestDrain(deadlineMilliseconds: 0) }
        for shard in shards[index...] { shard.close() }
        lock.withLock { running -= shardCount - index }
    }

    /// A handler that runs already may wait for the start to be over: that comes before the wait for its thread.
    private func abortStart() {
        set(.stopped)
        join()
        for shard in shards { shard.close() }
        endpoints.close()  // nobody of ours listens any more: socket files go
    }

    // MARK: A reactor's thread

    private func serve(_ shard: Shard) {
        if shared.configuration.pinReactors { _ = Processors.pinThread(to: shard.index) }
        do throws(CoreError) {
            try shard.run()
        } catch {
            shared.log(.error, "reactor \(shard.index) ended: \(error.message)")
        }
        reactorEnded()
    }

    /// The last reactor waits for the handlers on workers, so that nobody who waits for the server with a deadline has to.
    private func reactorEnded() {
        let isLast = lock.withLock {
            running -= 1
            return running == 0
        }
        if !isLast { return }
        reportCut()
        shared.executor?.end()
        set(.stopped)
    }

    /// One line for the whole server.
    private func reportCut() {
        let connections = shared.cutConnections.load(ordering: .sequentiallyConsistent)
        let requests = shared.cutRequests.load(ordering: .sequentiallyConsistent)
        if connections == 0 { return }
        shared.log(
            requests > 0 ? .warning : .info,
            "shutdown deadline: cut \(connections) connections with \(requests) unanswered requests")
    }

    // MARK: The end

    /// A drain, as soon as the start is over; before it, the server stops at once.
    func requestDrain(after milliseconds: UInt32) {
        let isRunning = lock.withLock {
            awaitStart()
            if state == .created { state = .stopped }
            lock.broadcast()
            return state == .running
        }
        if !isRunning { return }
        shared.beginEnd(after: milliseconds)
        for shard in shards { shard.requestDrain(deadlineMilliseconds: milliseconds) }
    }

    func stop() throws(CoreError) {
        requestDrain(after: 0)
        try wait()
    }

    func wait() throws(CoreError) {
        try checkThread()
        let isStarted = lock.withLock {
            while state == .starting || state == .running { lock.wait() }
            return state == .stopped
        }
        if !isStarted { throw CoreError(status: .invalidState, message: "the server was never started") }
        join()
    }

    /// When it is so, all threads are gone as well.
    var hasStopped: Bool {
        if isOwnThread || !lock.withLock({ state == .stopped }) { return false }
        join()
        return true
    }

    private func checkThread() throws(CoreError) {
        if !isOwnThread { return }
        throw CoreError(status: .wrongThread, message: "this is one of the server's own threads")
    }

    /// Waits for the reactors, then ends what served them. Done once; further callers wait for the first.
    private func join() {
        let isMine = lock.withLock {
            while isJoining && !isJoined { lock.wait() }
            isJoining = true
            return !isJoined
        }
        if !isMine { return }
        for thread in threads { thread.join() }
        shared.executor?.end()
        watchdog?.stop()
        endpoints.close()
        lock.withLock {
            isJoined = true
            lock.broadcast()
        }
    }

    private func set(_ state: State) {
        lock.withLock {
            self.state = state
            lock.broadcast()
        }
    }

    /// Under the lock.
    private func awaitStart() {
        while state == .starting { lock.wait() }
    }
}
