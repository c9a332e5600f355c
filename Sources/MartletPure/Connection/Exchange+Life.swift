internal import MartletEngine
internal import Synchronization

extension Exchange {
    /// A fresh exchange. Thread: reactor.
    static func take(_ shard: Shard) -> Exchange {
        if let exchange = shard.freeExchanges.popLast() { return exchange }
        while var exchange = shard.returnedExchanges.popLast() {
            guard isKnownUniquelyReferenced(&exchange) else { continue }
            exchange.reset()
            return exchange
        }
        return Exchange(shard)
    }

    /// The host's handle is gone: once nobody else has the exchange, it serves again. Thread: reactor.
    func returnLater() {
        guard shard.returnedExchanges.count < Shard.freeExchangesLimit else { return }
        shard.returnedExchanges.append(self)
    }

    /// Makes the exchange ready for the next request and gives it back, unless somebody still has it. Thread: reactor.
    static func giveBack(_ exchange: consuming Exchange, to shard: Shard) {
        guard isKnownUniquelyReferenced(&exchange) else {
            // A worker may not have let go of it yet; a host's handle says so itself.
            if !exchange.isDeferred { exchange.returnLater() }
            return
        }
        if shard.freeExchanges.count >= Shard.freeExchangesLimit { return }
        exchange.reset()
        shard.freeExchanges.append(exchange)
    }

    private func reset() {
        match.clear()
        unsafe base = nil
        unsafe body = UnsafeBufferPointer(start: nil, count: 0)
        decoded.removeAll()
        response.recycle()
        if progress.isDetached || reading.sink != .none || reading.failure != 0 { resetKept() }
        if stream.hasStarted || isDeferred { resetShared() }
        progress = Progress()
        isCancelled.store(false, ordering: .relaxed)
        phase.store(Phase.filling.rawValue, ordering: .relaxed)
    }

    /// What only requests with a body, or a life beyond their read, have touched.
    private func resetKept() {
        kept.recycle()
        whole = ByteBuffer()
        trailers = nil
        reading = BodyReading()
        bodyChannel = nil
    }

    private func resetShared() {
        stream = StreamState()
        writing = StreamWriting()
        isDeferred = false
        events.withLock { $0 = nil }
        signals.store(0, ordering: .relaxed)
        wantsDrain.store(false, ordering: .relaxed)
        hasTurn.store(false, ordering: .relaxed)
        operations.store(0, ordering: .relaxed)
        unsent.store(0, ordering: .relaxed)
    }

    /// Whether the caller is on the exchange's reactor. Thread: any.
    var isOnReactor: Bool { shard.reactor.isCurrent }

    var currentPhase: Phase { Phase(rawValue: phase.load(ordering: .acquiring)) ?? .ended }

    /// Moves the phase; false when it was not `from`. Thread: any.
    func advance(_ from: Phase, _ to: Phase) -> Bool {
        phase.compareExchange(
            expected: from.rawValue, desired: to.rawValue, ordering: .acquiringAndReleasing
        ).exchanged
    }

    /// Copies head and body from the reactor's scratch, so that the exchange outlives it. Thread: reactor.
    func detach() {
        if progress.isDetached { return }
        progress.isDetached = true
        let headCount = head.count
        unsafe kept.append(UnsafeBufferPointer(start: base, count: headCount))
        let isBodyBorrowed = unsafe body.count > 0 && body.baseAddress != whole.unsafeOctets.baseAddress
        if isBodyBorrowed { unsafe kept.append(body) }
        let copy = unsafe kept.unsafeOctets
        unsafe base = copy.baseAddress
        if isBodyBorrowed { unsafe body = UnsafeBufferPointer(rebasing: copy[headCount...]) }
    }

    /// The response may leave. Thread: reactor.
    func makeReady() {
        progress.isReady = true
        connection?.settle()
    }

    /// A handler that said nothing is answered for. Thread: the response's.
    func answerFor() {
        if response.isSet { return }
        let pattern = match.route?.pattern ?? ""
        let name = pattern.isEmpty ? "the fallback" : pattern
        shard.shared.log(.error, "the handler of \(name) returned without an answer; sent 500")
        Service.fail(self, 500)
    }

    /// Nobody else knows an exchange that was not deferred, so that its phase needs no locked instruction. Thread: the
    /// handler's.
    func handlerReturned() {
        if isDeferred { return }
        answerFor()
        phase.store(Phase.completed.rawValue, ordering: .relaxed)
        if isOnReactor { progress.isReady = true } else { signal(.complete) }
    }
}

// MARK: - Ends

extension Exchange {
    /// A handler that gives up because the peer's request did is no error.
    private var faultLevel: CoreLogLevel { reading.failure != 0 ? .debug : .error }

    /// Nobody holds the exchange any more, and its answer is not whole. Thread: reactor.
    func abandon() {
        switch currentPhase {
        case .filling: abandonAnswer()
        case .streaming: if advance(.streaming, .ended) { abandonStream() }
        case .completed, .ended: break
        }
    }

    private func abandonAnswer() {
        if connection == nil { return }  // the peer left first
        let status = reading.failure != 0 ? reading.failure : 500
        shard.shared.log(
            faultLevel, "a deferred exchange was released without an answer; sent \(status)")
        Service.fail(self, status)
        _ = advance(.filling, .completed)
        makeReady()
    }

    /// The body's end is missing, and the connection closes behind it: so the peer sees that it was cut.
    private func abandonStream() {
        guard let connection else { return }
        shard.shared.log(faultLevel, "a response stream was released before its end; cut")
        progress.keepsAlive = false
        stream.isWhole = true
        connection.settle()
    }

    /// The body's last event, once. Thread: reactor.
    func endBody(_ outcome: Result<Void, CoreError>) {
        if case .failure = outcome, reading.failure == 0 { reading.failure = 400 }
        guard let channel = bodyChannel.take() else { return }
        channel.ended(outcome)
    }

    /// The response was sent in full. Thread: reactor.
    func finish() {
        part()
        connection = nil
        if isDeferred { events.withLock { $0 = nil } }
    }

    /// Nobody will read the answer. Thread: reactor.
    func cancel() {
        if !progress.isFinished { part() }
        connection = nil
        isCancelled.store(true, ordering: .sequentiallyConsistent)
        endBody(.failure(.closed))
        if progress.isDetached { signal(.cancel) }
    }

    /// What both have in common: the reactor's resources are given back.
    private func part() {
        progress.isFinished = true
        if !stream.pending.isEmpty { stream.pending.removeAll() }
        shard.counters.requestsActive.subtract(1)
    }
}

extension CoreError {
    static let closed = CoreError(status: .closed, message: "the peer closed the connection")
    static let limit = CoreError(status: .limit, message: "past a limit")
    static let timeout = CoreError(status: .timeout, message: "too slow")
    static let malformed = CoreError(status: .malformed, message: "malformed")
}
