package import MartletEngine

/// The engine: listeners, routes, reactors and workers. Its name and members are the seam behind which one engine or
/// another stands.
package final class CoreServer: Sendable {
    let shared: Shared
    let endpoints = Endpoints()
    private let life: Lifecycle

    /// Thread: any. The last reference must not go on one of the engine's own threads.
    package init(_ configuration: CoreConfiguration, log: CoreLogSink) throws(CoreError) {
        try configuration.check()
        shared = Shared(configuration, log: log)
        life = try Lifecycle(shared, endpoints)
    }

    deinit {
        try? life.stop()
        endpoints.close()
    }

    /// What people call this engine.
    package static var name: String { "all-Swift" }

    /// "major.minor.patch", the C core's.
    package static var version: String { "0.1.0" }

    /// Whether routes and listeners may still be added.
    var isOpen: Bool { life.isOpen }

    /// The shards of a server that runs; none before and after.
    var runningShards: [Shard] { life.runningShards }
}

// MARK: - Its life

extension CoreServer {
    /// Freezes the routes and accepts. Returns when every reactor runs.
    package func start() throws(CoreError) { try life.start() }

    /// Begins a graceful end and returns at once. nil: the configured deadline.
    package func drain(deadlineMilliseconds: UInt32?) {
        let deadline = deadlineMilliseconds ?? 0
        life.requestDrain(after: deadline > 0 ? deadline : shared.configuration.shutdownTimeoutMilliseconds)
    }

    /// Blocks until the server has stopped: from a thread that may block, none of the engine's.
    package func wait() throws(CoreError) { try life.wait() }

    /// Whether everything has ended. On the engine's own threads: no.
    package var hasStopped: Bool { life.hasStopped }

    /// Cuts what is open and blocks until every thread has ended, as `wait()`.
    package func stop() throws(CoreError) { try life.stop() }

    package var statistics: CoreStatistics { life.statistics }
}

// MARK: - Listening

extension CoreServer {
    package func listen(host: String, port: UInt16) throws(CoreError) {
        try checkOpenForListeners()
        let count = Socket.balancesListeners ? life.shardCount : 1
        endpoints.append(try .tcp(host: host, port: port, count: count, backlog: backlog))
    }

    package func listen(path: String, mode: UInt32) throws(CoreError) {
        try checkOpenForListeners()
        endpoints.append(try .unix(path: path, mode: mode, backlog: backlog))
    }

    /// The engine closes `descriptor`, also on failure.
    package func listen(descriptor: Int32) throws(CoreError) {
        do throws(CoreError) {
            try checkOpenForListeners()
        } catch {
            if descriptor >= 0 { Socket.close(descriptor) }
            throw error
        }
        endpoints.append(try .inherited(descriptor))
    }

    package var listenerCount: Int { endpoints.count }

    package func port(at index: Int) -> UInt16 { endpoints.port(at: index) }

    package func address(at index: Int) -> String { endpoints.address(at: index) }

    private var backlog: Int32 { Int32(shared.configuration.backlog) }

    private func checkOpenForListeners() throws(CoreError) {
        if isOpen { return }
        throw CoreError(
            status: .invalidState, message: "the server has started; listeners are added before start")
    }
}
