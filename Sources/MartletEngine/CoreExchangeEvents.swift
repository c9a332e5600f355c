private import Synchronization

/// What the engine tells about an exchange: the peer is gone, the output has drained.
///
/// Apart from `CoreExchange`, because the engine holds this object until the exchange is complete: holding the
/// exchange itself would be a cycle.
package final class CoreExchangeEvents: Sendable {
    private struct State {
        var isCancelled = false
        var isFinished = false
        var cancelAction: (@Sendable () -> Void)?
        var bytesWritten = 0
        var hasDrained = false
        var writer: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    package init() {}

    package var bytesWritten: Int { state.withLock { $0.bytesWritten } }

    package func onCancel(_ action: @escaping @Sendable () -> Void) {
        let isCancelled = state.withLock { state in
            if !state.isCancelled && !state.isFinished { state.cancelAction = action }
            return state.isCancelled
        }
        if isCancelled { action() }
    }

    /// The answer is given: nothing is left to cancel.
    package func finish() {
        state.withLock { state in
            state.isFinished = true
            state.cancelAction = nil
        }
    }

    package func cancelled() {
        let action = state.withLock { state in
            state.isCancelled = true
            return state.cancelAction.take()
        }
        action?()
        wakeWriter()
    }

    /// Forgets a drain from before: the next one belongs to the write that follows.
    package func willWrite(_ count: Int) {
        state.withLock { state in
            state.hasDrained = state.isCancelled
            state.bytesWritten += count
        }
    }

    package func wakeWriter() {
        let writer = state.withLock { state in
            state.hasDrained = true
            return state.writer.take()
        }
        writer?.resume()
    }

    package func drained() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let ready = state.withLock { state -> CheckedContinuation<Void, Never>? in
                    if state.hasDrained || Task.isCancelled { return continuation }
                    // A second writer would strand the first: that goes on instead.
                    defer { state.writer = continuation }
                    return state.writer
                }
                ready?.resume()
            }
        } onCancel: {
            wakeWriter()
        }
    }
}
