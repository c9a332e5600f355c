internal import MartletEngine
internal import Synchronization

/// A piece of a response, or its end, on its way to the reactor.
private final class StreamOperation: Message, @unchecked Sendable {
    enum Kind { case write, end, abandon }

    let exchange: Exchange
    let kind: Kind
    let bytes: [UInt8]

    init(_ exchange: Exchange, _ kind: Kind, _ bytes: [UInt8]) {
        self.exchange = exchange
        self.kind = kind
        self.bytes = bytes
    }

    override func deliver() {
        exchange.operations.subtract(1, ordering: .acquiringAndReleasing)
        let bytes = bytes
        exchange.carryOut(kind, bytes.span)
    }
}

// Responses that are written piece by piece, from any thread.
extension Exchange {
    /// The response's head is settled; its body follows. nil: of a length not known before.
    func startStream(length: UInt64?) -> CoreStatus {
        guard advance(.filling, .streaming) else { return .invalidState }
        writing.isDiscarded = isSilent
        writing.length = length
        writing.left = length ?? 0
        response.dropBody()
        let isGone = isCancelled.load(ordering: .sequentiallyConsistent)
        if isOnReactor && !isGone {
            stream.hasStarted = true
            makeReady()
            return .ok
        }
        let isTold = signal(.stream)
        return isTold && !isCancelled.load(ordering: .sequentiallyConsistent) ? .ok : .closed
    }

    /// Appends a copy of `bytes`.
    func writeStream(_ bytes: Span<UInt8>) -> CoreStatus {
        guard currentPhase == .streaming else { return .invalidState }
        if isCancelled.load(ordering: .sequentiallyConsistent) { return .closed }
        let count = UInt64(bytes.count)
        if writing.length != nil {
            if count > writing.left { return refuseExcess() }
            writing.left -= count
        }
        if writing.isDiscarded || bytes.isEmpty { return .ok }
        unsent.add(bytes.count, ordering: .sequentiallyConsistent)
        if passOn(.write, bytes) { return pressure() }
        unsent.subtract(bytes.count, ordering: .sequentiallyConsistent)
        if writing.length != nil { writing.left += count }
        return .closed
    }

    /// The body is whole.
    func endStream() -> CoreStatus {
        guard advance(.streaming, .ended) else { return .invalidState }
        if isCancelled.load(ordering: .sequentiallyConsistent) { return .closed }
        return passOn(.end, Span()) ? .ok : .closed
    }

    /// Nobody will end it: it is cut behind what was written. Thread: any.
    func abandonStreamSoon() { _ = passOn(.abandon, Span()) }

    /// Directly on the reactor, unless earlier pieces are still on their way there; false when that has ended.
    private func passOn(_ kind: StreamOperation.Kind, _ bytes: Span<UInt8>) -> Bool {
        let isDirect = isOnReactor && operations.load(ordering: .acquiring) == 0 && stream.hasStarted
        if isDirect {
            carryOut(kind, bytes)
            return true
        }
        operations.add(1, ordering: .acquiringAndReleasing)
        if shard.reactor.post(StreamOperation(self, kind, [UInt8](copying: bytes))) { return true }
        operations.subtract(1, ordering: .acquiringAndReleasing)
        return false
    }

    fileprivate func carryOut(_ kind: StreamOperation.Kind, _ bytes: Span<UInt8>) {
        switch kind {
        case .write: connection?.stream(self, bytes)
        case .end: connection?.endStream(of: self)
        case .abandon: abandon()
        }
        connection?.settle()
    }

    /// All streams that one peer makes wait for their turn share what one of them may hold.
    private var highWater: Int {
        let settings = shard.shared.configuration
        let share = hasTurn.load(ordering: .sequentiallyConsistent) ? 1 : settings.maxPipelinedRequests
        return Int(settings.outputHighWaterBytes / share)
    }

    private var isLow: Bool {
        hasTurn.load(ordering: .sequentiallyConsistent)
            && unsent.load(ordering: .sequentiallyConsistent)
                <= Int(shard.shared.configuration.outputLowWaterBytes)
    }

    /// Whether the writer must wait: announced before it is looked at once more, so that no drain is missed.
    private func pressure() -> CoreStatus {
        if unsent.load(ordering: .sequentiallyConsistent) <= highWater { return .ok }
        wantsDrain.store(true, ordering: .sequentiallyConsistent)
        let isDrained = isLow || isCancelled.load(ordering: .sequentiallyConsistent)
        if isDrained && wantsDrain.exchange(false, ordering: .sequentiallyConsistent) { return .ok }
        return .backpressure
    }

    /// The peer gets what was announced, but the writer is no longer to be trusted with where it ends.
    private func refuseExcess() -> CoreStatus {
        let isNews = !writing.hasOverrun && !writing.isDiscarded
        writing.hasOverrun = true
        if isNews {
            shard.shared.log(
                .error,
                "a response stream was written past its announced length of \(writing.length ?? 0) bytes; the excess is "
                    + "refused and the connection closes")
        }
        return .limit
    }

    /// Whether a body that is there is not sent, because of the method or the status.
    var isSilent: Bool {
        head.method == .head || response.hasNoContent || response.hasEmptyContent
    }
}
