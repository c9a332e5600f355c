private import Synchronization

/// What a paused body is asked for more.
package protocol CoreBodySource: AnyObject, Sendable {
    func resumeBody()
}

/// Carries a streamed request body from the reactor to one consumer, a bounded number of bytes ahead of it.
package final class CoreBodyChannel: Sendable {
    /// Bytes that may wait for the consumer before the socket is no longer read.
    private static let highWaterBytes = 64 * 1024

    private typealias Consumer = CheckedContinuation<Result<[UInt8]?, CoreError>, Never>

    private struct State {
        var waiting: [UInt8] = []
        var isPaused = false
        var outcome: Result<Void, CoreError>?
        var consumer: Consumer?
        var source: (any CoreBodySource)?
        /// Nobody will read any more: what arrives is dropped.
        var isAbandoned = false
    }

    private let state = Mutex(State())

    package init() {}

    /// Where to ask for more. Before the handler returns, so before anything arrives.
    package func attach(to source: any CoreBodySource) {
        state.withLock { $0.source = source }
    }

    /// Takes a piece; false: send no more until asked.
    package func arrived(_ bytes: Span<UInt8>) -> Bool {
        let copy = [UInt8](copying: bytes)
        let (consumer, goesOn) = state.withLock { state -> (Consumer?, Bool) in
            if state.isAbandoned { return (nil, true) }
            if let consumer = state.consumer.take() { return (consumer, true) }
            state.waiting.append(contentsOf: copy)
            state.isPaused = state.waiting.count >= Self.highWaterBytes
            return (nil, !state.isPaused)
        }
        consumer?.resume(returning: .success(copy))
        return goesOn
    }

    package func ended(_ outcome: Result<Void, CoreError>) {
        let consumer = state.withLock { state in
            state.outcome = outcome
            state.source = nil
            return state.consumer.take()
        }
        consumer?.resume(returning: outcome.map { nil })
    }

    /// Whether the peer left before the body was complete.
    package var isClosedByPeer: Bool {
        state.withLock { state in
            guard case .failure(let error) = state.outcome else { return false }
            return error.status == .closed
        }
    }

    /// The next piece, as large as what has arrived; nil at the end. One consumer at a time.
    package func next() async throws -> [UInt8]? {
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { consumer in take(for: consumer) }
        } onCancel: {
            wakeConsumer()
        }
        guard let piece = try result.get() else {
            try Task.checkCancellation()
            return nil
        }
        return piece
    }

    /// Drops what waits and lets the rest flow by, so that the connection can be used again.
    package func abandon() {
        let paused = state.withLock { state -> (any CoreBodySource)? in
            defer { state.source = nil }
            state.isAbandoned = true
            state.waiting = []
            return state.isPaused ? state.source : nil
        }
        paused?.resumeBody()
        wakeConsumer()
    }

    private func take(for consumer: Consumer) {
        var answer: Result<[UInt8]?, CoreError>?
        let paused = state.withLock { state -> (any CoreBodySource)? in
            answer = Self.ready(&state)
            guard answer == nil else {
                defer { state.isPaused = false }
                return state.isPaused ? state.source : nil
            }
            // A second consumer would strand the first: it gets the end instead.
            let stranded = state.consumer
            state.consumer = consumer
            stranded?.resume(returning: .success(nil))
            return nil
        }
        if let answer { consumer.resume(returning: answer) }
        paused?.resumeBody()
    }

    private static func ready(_ state: inout State) -> Result<[UInt8]?, CoreError>? {
        if !state.waiting.isEmpty {
            defer { state.waiting = [] }
            return .success(state.waiting)
        }
        if state.isAbandoned || Task.isCancelled { return .success(nil) }
        return state.outcome.map { $0.map { nil } }
    }

    private func wakeConsumer() {
        let consumer = state.withLock { $0.consumer.take() }
        consumer?.resume(returning: .success(nil))
    }
}
