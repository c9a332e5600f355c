internal import CCore
package import MartletEngine

extension CoreServer {
    /// Freezes the routes and accepts. Returns when every reactor runs.
    package func start() throws(CoreError) {
        try unsafe CoreError.check { unsafe mt_server_start(raw, $0) }
    }

    /// Begins a graceful end and returns at once. nil: the configured deadline.
    package func drain(deadlineMilliseconds: UInt32?) {
        _ = unsafe mt_server_drain(raw, deadlineMilliseconds ?? 0)
    }

    /// Blocks until the server has stopped: from a thread that may block, none of the engine's.
    package func wait() throws(CoreError) {
        try CoreError.check(unsafe mt_server_wait(raw, UInt32.max))
    }

    /// Whether everything has ended. On the engine's own threads: no.
    package var hasStopped: Bool { unsafe mt_server_wait(raw, 0) == MT_OK }

    /// Cuts what is open and blocks until every thread has ended, as `wait()`.
    package func stop() throws(CoreError) {
        try CoreError.check(unsafe mt_server_stop(raw))
    }

    package var statistics: CoreStatistics {
        var stats = mt_stats()
        stats.struct_size = MemoryLayout<mt_stats>.size
        _ = unsafe mt_server_stats(raw, &stats)
        return CoreStatistics(stats)
    }

    /// Serves one connection without a socket and calls `finish` with all that was answered.
    package func inject(
        _ input: [UInt8], finish: @escaping @Sendable ([UInt8]) -> Void
    ) throws(CoreError) {
        let context = unsafe retain(CoreInjectedOutput(finish: finish))
        let status = unsafe input.span.withSlice { unsafe mt_server_inject(raw, $0, injectedOutput, context) }
        // It is never called then, so the reference that its last call gives back is given back here.
        if status != MT_OK { unsafe Unmanaged<CoreInjectedOutput>.fromOpaque(context).release() }
        try CoreError.check(status)
    }
}
