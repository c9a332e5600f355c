internal import MartletEngine
internal import Synchronization

/// What all shards of a server share; read-only after start, but for the atomics. Exchanges that outlive the server hold
/// it, for they name their route.
final class Shared: @unchecked Sendable {
    let configuration: CoreConfiguration
    /// Of a head, as the parser wants them.
    let limits: HeadLimits
    let log: CoreLogSink
    let router = Router()
    /// nil: no limit per peer.
    let peers: Peers?

    // Written before start only.
    /// nil: the built-in 404.
    var fallback: Route?
    /// nil: the built-in text.
    var errorHandler: ErrorHandlerBox?
    /// nil: the server has no workers.
    var executor: Executor?

    private let connections = Atomic<Int>(0)
    /// When the drain's deadline is, by the monotonic clock.
    private let end = Atomic<Int>(.max)
    /// What the deadline cut, all shards together.
    let cutConnections = Atomic<Int>(0)
    let cutRequests = Atomic<Int>(0)

    init(_ configuration: CoreConfiguration, log: CoreLogSink) {
        self.configuration = configuration
        self.log = log
        limits = HeadLimits(
            maxRequestLine: Int(configuration.maxRequestLineBytes),
            maxHead: Int(configuration.maxHeaderBytes),
            maxFields: Int(configuration.maxHeaderFields))
        let most = Int(configuration.maxConnectionsPerPeer)
        peers = most > 0 ? Peers(limit: most) : nil
    }

    // MARK: Counting connections. Thread: any.

    var isFull: Bool {
        let limit = Int(configuration.maxConnections)
        return limit > 0 && connections.load(ordering: .relaxed) >= limit
    }

    /// Counts one more connection; false at the limit.
    func admit() -> Bool {
        let limit = Int(configuration.maxConnections)
        let before = connections.add(1, ordering: .relaxed).oldValue
        if limit == 0 || before < limit { return true }
        dismiss()
        return false
    }

    /// Counts one more, whatever the limit says: of a connection without a socket.
    func admitUncounted() { connections.add(1, ordering: .relaxed) }

    /// Counts one less.
    func dismiss() { connections.subtract(1, ordering: .relaxed) }

    // MARK: The drain's deadline. Thread: any.

    /// A drain began; of several deadlines the first to come counts.
    func beginEnd(after milliseconds: UInt32) {
        end.min(Int(Clock.monotonicMilliseconds) + Int(milliseconds), ordering: .sequentiallyConsistent)
    }

    /// Whether a drain's deadline has passed, so that nobody is left to answer.
    var isOver: Bool {
        let end = end.load(ordering: .relaxed)
        return end != .max && Int(Clock.monotonicMilliseconds) >= end
    }

    // MARK: The log

    /// A line for the host, if it wants such ones.
    func log(_ level: CoreLogLevel, _ line: @autoclosure () -> String) {
        if level.rawValue >= log.level.rawValue { log.write(level, line()) }
    }
}
