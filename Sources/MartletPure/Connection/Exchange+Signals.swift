internal import MartletEngine
internal import Synchronization

/// What other threads tell the reactor about an exchange; a set.
struct Signals: OptionSet {
    let rawValue: UInt8

    static let complete = Signals(rawValue: 1)
    static let stream = Signals(rawValue: 2)
    static let abandon = Signals(rawValue: 4)
    static let resume = Signals(rawValue: 8)
    /// Sent by the reactor to itself, so that nobody is called from within a call of the host's.
    static let cancel = Signals(rawValue: 16)
    static let drained = Signals(rawValue: 32)
    /// The host's handle is gone: the exchange may be used again.
    static let returned = Signals(rawValue: 64)
    /// The reactor has ended: nobody listens any more.
    static let closed = Signals(rawValue: 128)
}

extension Exchange {
    /// Tells the reactor; false when it has ended. Thread: any.
    @discardableResult
    func signal(_ signal: Signals) -> Bool {
        let before = signals.bitwiseOr(signal.rawValue, ordering: .acquiringAndReleasing).oldValue
        if before & Signals.closed.rawValue != 0 {
            settleAlone(signal)
            return false
        }
        if before != 0 || shard.reactor.post(self) { return true }
        settleAlone(
            Signals(rawValue: signals.exchange(Signals.closed.rawValue, ordering: .acquiringAndReleasing)))
        return false
    }

    /// Carries out what others asked for. Thread: reactor.
    func deliverSignals() {
        let asked = Signals(rawValue: signals.exchange(0, ordering: .acquiringAndReleasing))
        if asked.contains(.stream) { startStream() }
        if asked.contains(.complete) { progress.isReady = true }
        if asked.contains(.resume) { resumeBody() }
        if asked.contains(.drained), stream.hasStarted {
            events.withLock { $0 }?.wakeWriter()
        }
        if asked.contains(.abandon) { abandon() }
        if asked.contains(.cancel) { callCancel() }
        connection?.settle()
        if asked.contains(.returned) { returnLater() }
    }

    private func startStream() {
        stream.hasStarted = true
        progress.isReady = true
        if isCancelled.load(ordering: .acquiring) { callCancel() }
    }

    private func resumeBody() {
        reading.isPaused = false
        restartBodyClock()
    }

    private func callCancel() {
        wantsDrain.store(false, ordering: .relaxed)
        let events = events.withLock { $0.take() }
        events?.cancelled()
    }

    /// What the reactor would have done for the host, had it not ended.
    private func settleAlone(_ asked: Signals) {
        if asked.contains(.stream) { stream.hasStarted = true }
        if !asked.isDisjoint(with: [.stream, .cancel]) { callCancel() }
    }
}
