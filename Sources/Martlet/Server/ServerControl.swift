private import Synchronization

/// The running side of a server: what can be asked of it and done to it from anywhere, handlers included.
public final class ServerControl: Sendable {
    private enum Phase: Sendable {
        case idle
        case starting
        case running(CoreServer)
        case stopped(CoreStatistics)
    }

    private struct State {
        var phase = Phase.idle
        var addresses: [String] = []
        var ports: [Int] = []
        /// The deadlines, in milliseconds, of drains that came before there was an engine to tell.
        var earlyDrains: [UInt32?] = []
    }

    private let state = Mutex(State())

    init() {}

    /// Where the server listens: "127.0.0.1:8080", "[::]:8080", "unix:/run/x"; empty before the start.
    public var addresses: [String] { state.withLock { $0.addresses } }

    /// The port of the first listener that has one, as the system chose it; nil before the start, or when there is none.
    public var port: Int? { state.withLock { $0.ports.first { $0 != 0 } } }

    /// Whether the server has started and not stopped.
    public var isRunning: Bool { engine.map { !$0.hasStopped } ?? false }

    /// The counters: of now, or as they were at the stop; zeros before the start.
    public var statistics: Statistics {
        let counters = state.withLock { state -> CoreStatistics in
            switch state.phase {
            case .idle, .starting: CoreStatistics()
            case .running(let engine): engine.statistics
            case .stopped(let last): last
            }
        }
        return Statistics(counters)
    }

    /// Begins a graceful end and returns at once: accepting stops, idle connections close, and requests that are being
    /// answered are finished; after `deadline` (nil: the configuration's `shutdownTimeout`) what is left is cut.
    /// A further call can only shorten the deadline. Before the start it ends the server right after. Thread: any.
    public func drain(deadline: Duration? = nil) {
        // 0 would mean the configured deadline to the engine.
        let milliseconds = deadline.map { max(1, $0.clampedMilliseconds) }
        let engine = state.withLock { state -> CoreServer? in
            if case .running(let engine) = state.phase { return engine }
            state.earlyDrains.append(milliseconds)
            return nil
        }
        engine?.drain(deadlineMilliseconds: milliseconds)
    }

    /// Cuts what is open and returns when every thread has ended; handlers that run on workers are waited for. Before the
    /// start it does nothing; a start that is under way is drained right after, and not waited for.
    public func stop() async {
        await BlockingWork.run { self.stopBlocking() }
    }

    /// Returns when the server has stopped.
    ///
    /// - Throws: ``ServerError`` when it was never started.
    public func waitUntilStopped() async throws {
        try await BlockingWork.run { Result { try self.waitBlocking() } }.get()
    }

    var engine: CoreServer? {
        state.withLock { state in
            guard case .running(let engine) = state.phase else { return nil }
            return engine
        }
    }

    func startBlocking(_ assemble: () throws -> CoreServer) throws {
        try state.withLock { state in
            guard case .idle = state.phase else {
                throw ServerError(.invalidState, "The server was started before; it runs only once.")
            }
            state.phase = .starting
        }
        do {
            let engine = try assemble()
            try engine.start()
            adopt(engine)
        } catch {
            state.withLock { $0.phase = .idle }
            if let error = error as? CoreError { throw ServerError(error) }
            throw error
        }
    }

    func stopBlocking() {
        let engine = state.withLock { state -> CoreServer? in
            if case .running(let engine) = state.phase { return engine }
            if case .starting = state.phase { state.earlyDrains.append(1) }
            return nil
        }
        guard let engine else { return }
        try? engine.stop()
        retire(engine)
    }

    func waitBlocking() throws {
        guard let engine else {
            if case .stopped = state.withLock({ $0.phase }) { return }
            throw ServerError(.invalidState, "The server is not running.")
        }
        do {
            try engine.wait()
        } catch {
            throw ServerError(error)
        }
        stopBlocking()
    }

    private func adopt(_ engine: CoreServer) {
        let indices = 0..<engine.listenerCount
        let drains = state.withLock { state in
            state.phase = .running(engine)
            state.addresses = indices.map { engine.address(at: $0) }
            state.ports = indices.map { Int(engine.port(at: $0)) }
            return state.earlyDrains
        }
        for deadline in drains { engine.drain(deadlineMilliseconds: deadline) }
    }

    /// Lets the engine go: handlers that captured this object would otherwise keep both alive for ever.
    private func retire(_ engine: CoreServer) {
        let last = engine.statistics
        state.withLock { $0.phase = .stopped(last) }
    }
}
