internal import MartletEngine

// Serving a connection: from an event to what can be read, sent and closed because of it.
extension Connection {
    private static let drainGraceMilliseconds: UInt32 = 500
    /// What is sent to one connection before the others get their turn.
    private static let turnBytes = 131_072

    /// Serves what became possible: reads what waits, sends what is ready, sets interest and timer, closes when all is
    /// done. While a connection of the shard is being served, that waits until its end.
    func settle() {
        guard beginServing() else { return }
        finishServing()
        Connection.settleOthers(shard)
    }

    /// Serves the connections that had to wait for the one that was served. Thread: reactor.
    static func settleOthers(_ shard: Shard) {
        if shard.unsettled == nil || shard.serving != nil || shard.isSettling { return }
        shard.isSettling = true
        while let connection = shard.unsettled {
            shard.unsettled = connection.nextUnsettled.take()
            connection.flags.remove(.isUnsettled)
            connection.beginTurn()
            connection.finishServing()
        }
        shard.isSettling = false
    }

    private func beginTurn() {
        shard.serving = self
        shard.turnBytes = Self.turnBytes
    }

    func beginServing() -> Bool {
        guard let serving = shard.serving else {
            beginTurn()
            return true
        }
        if serving === self {
            shard.isTouched = true
        } else if !flags.contains(.isUnsettled) {
            flags.insert(.isUnsettled)
            nextUnsettled = shard.unsettled
            shard.unsettled = self
        }
        return false
    }

    func finishServing() {
        serve()
        shard.serving = nil
        if isDone && !endOrLinger() { return }
        watch()
        setTimer()
        if isBroken { close() }
    }

    /// Once more as long as that helps: sending makes room to read, and what the host is told while it happens may make
    /// the next answer ready.
    private func serve() {
        var before: Int
        repeat {
            before = input.count
            shard.isTouched = false
            checkBodyEnd()
            emit()
            flush()
            if !input.isEmpty && mayGoOn {
                resumeInput()
                emit()
                flush()
            }
        } while !isBroken && (shard.isTouched || input.count < before)
    }

    private var isDone: Bool {
        if isBroken { return true }
        let ends = !flags.isDisjoint(with: [.stopsReading, .hasReadEnd])
        return ends && first == nil && output.isEmpty && !isLingering
    }

    /// Closes, or stays half open so that what the peer still sends does not destroy the answer: RFC 9112 §9.6. False: it
    /// is closed.
    private func endOrLinger() -> Bool {
        let lingers =
            flags.isDisjoint(with: [.isBroken, .hasReadEnd, .isCleanClose])
            && shard.shared.configuration.lingerTimeoutMilliseconds > 0
        guard lingers else {
            close()
            return false
        }
        flags.insert(.isLingering)
        dropIncoming()
        dropInput()
        transport.finishOutput()
        return true
    }

    private func watch() {
        var wanted: Readiness = []
        let wantsInput = isLingering || (!flags.contains(.hasReadEnd) && (mayGoOn || listensForEnd))
        if wantsInput { wanted.insert(.read) }
        if !output.isEmpty { wanted.insert(.write) }
        if wanted.contains(.read) && !watching.contains(.read) { incoming?.restartBodyClock() }
        watching = wanted
        if !transport.watch(self, wanted) { flags.insert(.isBroken) }
    }

    // MARK: The one timer

    private var presentWait: Wait {
        if isLingering { return .linger }
        if !output.isEmpty { return .write }
        if let incoming {
            if reading == .head { return .head }
            return incoming.reading.isPaused ? .none : .body
        }
        if first != nil { return .none }
        return requestCount > 0 ? .idle : .head
    }

    private func delay(of wait: Wait) -> UInt32 {
        let settings = shard.shared.configuration
        return switch wait {
        case .none: 0
        case .head: settings.headerTimeoutMilliseconds
        case .body: settings.bodyTimeoutMilliseconds
        case .idle: settings.idleTimeoutMilliseconds
        case .write: settings.writeTimeoutMilliseconds
        case .linger: settings.lingerTimeoutMilliseconds
        }
    }

    private func setTimer() {
        let wait = presentWait
        let hasProgressed = flags.contains(wait == .write ? .hasWritten : .hasRead)
        flags.subtract([.hasRead, .hasWritten])
        if wait == waiting && !hasProgressed { return }
        waiting = wait
        var delay = delay(of: wait)
        if shard.isDraining && isIdle { delay = Self.drainGraceMilliseconds }
        if delay > 0 { shard.reactor.setTimer(self, after: delay) } else { shard.reactor.clearTimer(self) }
    }

    func timeOut() {
        if waiting != .linger && !shard.isDraining { shard.counters.timeouts.add(1) }
        guard beginServing() else { return }
        if waiting == .head || waiting == .body { giveUpRequest() } else { flags.insert(.isBroken) }
        finishServing()
        Connection.settleOthers(shard)
    }

    private func giveUpRequest() {
        if incoming == nil || (waiting == .head && input.isEmpty) {
            flags.insert(.isBroken)
        } else {
            reject(408, "the request came too slowly")
        }
    }

    // MARK: The drain

    /// The drain began: closes when idle, else after what is under way.
    func drain() {
        if !isIdle { return }
        guard wasServedLately else { return closeUnlessAsked() }
        // A request may be on its way: who was just served gets a moment to be told with "Connection: close".
        shard.reactor.setTimer(self, after: Self.drainGraceMilliseconds)
        waiting = .idle
    }

    private var wasServedLately: Bool {
        guard requestCount > 0, let deadline = timerDeadline else { return true }
        let idle = UInt64(shard.shared.configuration.idleTimeoutMilliseconds)
        return deadline + 2 * UInt64(Self.drainGraceMilliseconds) > shard.reactor.now + idle
    }

    /// The drain may have been heard of before a request that came earlier: a last look.
    private func closeUnlessAsked() {
        guard beginServing() else { return }
        read()
        if isIdle && !flags.contains(.hasRead) { flags.insert(.isBroken) }
        finishServing()
        Connection.settleOthers(shard)
    }
}
