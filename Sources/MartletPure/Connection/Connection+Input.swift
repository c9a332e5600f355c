internal import MartletEngine

// The HTTP/1 driver's reading half: octets to exchanges and their bodies.
extension Connection {
    /// Octets of an unwanted body that are read to keep a connection.
    static let discardLimit = 65536
    private static let leastRoom = 2048

    /// Whether the next octets may be served: not paused by a full queue, waiting output, a body's consumer or the end.
    var mayGoOn: Bool {
        if !flags.isDisjoint(with: [.stopsReading, .isBroken, .isLingering]) { return false }
        let settings = shard.shared.configuration
        if output.count >= Int(settings.outputHighWaterBytes) { return false }
        if reading != .head, let incoming { return !incoming.reading.isPaused }
        return queued < settings.maxPipelinedRequests
    }

    /// Whether octets are read only to see the peer's end, while its last answer is made.
    var listensForEnd: Bool { stopsReading && first != nil && dropped < Self.discardLimit }

    /// Reads once from the transport and serves it.
    func read() {
        if isLingering { return readToDrop() }
        if flags.contains(.hasReadEnd) { return }
        if listensForEnd { return listenForEnd() }
        if !mayGoOn { return }
        if !input.isEmpty { return readBehindWaiting() }
        let count = unsafe receive(into: shard.scratch)
        if count <= 0 { return }
        let octets = unsafe UnsafeMutableBufferPointer(
            rebasing: shard.scratch.bindMemory(to: UInt8.self)[..<count])
        let used = unsafe feed(octets)
        if used < count { unsafe keep(UnsafeBufferPointer(rebasing: octets[used...])) }
    }

    /// Serves the octets that waited, if serving may go on.
    func resumeInput() {
        let waiting = unsafe UnsafeMutableBufferPointer(mutating: input.unsafeOctets)
        dropUsed(unsafe feed(waiting))
    }

    /// Gives the buffer of waiting octets back.
    func dropInput() { input = ByteBuffer() }

    // MARK: Feeding

    /// Serves as much of `octets` as may be; returns how many were used.
    private func feed(_ octets: UnsafeMutableBufferPointer<UInt8>) -> Int {
        var used = 0
        while used < octets.count, mayGoOn {
            let rest = unsafe UnsafeMutableBufferPointer(rebasing: octets[used...])
            let step =
                if reading == .head { unsafe feedHead(rest) } else { unsafe feedBody(rest) }
            if step == 0 { break }
            used += step
            noteBehind(used < octets.count)
            emit()
        }
        noteBehind(used < octets.count)
        return used
    }

    private func noteBehind(_ isThere: Bool) {
        if isThere { flags.insert(.hasInputBehind) } else { flags.remove(.hasInputBehind) }
    }

    /// Parses a head; returns how many octets were used, 0 when it is incomplete.
    private func feedHead(_ octets: UnsafeMutableBufferPointer<UInt8>) -> Int {
        let exchange = incoming ?? beginRequest()
        let input = UnsafeBufferPointer(octets)
        let outcome = unsafe exchange.parser.feed(
            Span(_unsafeElements: input), into: &exchange.head, limits: shard.shared.limits)
        switch outcome {
        case .incomplete: return 0
        case .rejected:
            let rejection = exchange.parser.rejection
            unsafe exchange.base = input.baseAddress
            reject(rejection.status, rejection.reason)
            return octets.count
        case .complete:
            let count = exchange.head.count
            unsafe exchange.base = input.baseAddress
            return unsafe count
                + begin(exchange, behind: UnsafeMutableBufferPointer(rebasing: octets[count...]))
        }
    }

    private func beginRequest() -> Exchange {
        let exchange = Exchange.take(shard)
        exchange.parser = HeadParser()
        incoming = exchange
        return exchange
    }

    /// A head is complete: the exchange takes its place in the queue and is routed. Returns how many octets behind the
    /// head were used.
    private func begin(_ exchange: Exchange, behind: UnsafeMutableBufferPointer<UInt8>) -> Int {
        requestCount += 1
        flags.insert(.hasRead)
        incoming = nil
        shard.counters.requestsTotal.add(1)
        exchange.progress.hasHead = true
        exchange.progress.keepsAlive = !isLastRequest(exchange)
        exchange.progress.owesContinue = exchange.head.expectsContinue
        exchange.peer = peer
        if exchange.head.keepsAlive { flags.remove(.isCleanClose) } else { flags.insert(.isCleanClose) }
        append(exchange)
        Service.route(exchange)
        let used = unsafe beginBody(exchange, available: UnsafeBufferPointer(behind))
        if incoming == nil && !exchange.progress.keepsAlive { flags.insert(.stopsReading) }
        return used
    }

    private func isLastRequest(_ exchange: Exchange) -> Bool {
        let limit = shard.shared.configuration.maxRequestsPerConnection
        return !exchange.head.keepsAlive || (limit > 0 && requestCount >= limit)
    }

    /// Answers the incoming request (or, with none, the connection) with an error and reads no more.
    func reject(_ status: Int, _ reason: StaticString) {
        flags.insert(.stopsReading)
        flags.remove(.isCleanClose)
        shard.counters.requestsRejected.add(1)
        shard.shared.log(.debug, "refused a request with \(status): \(reason)")
        guard let exchange = incoming.take() else { return }
        exchange.progress.keepsAlive = false
        let isQueued = reading != .head
        reading = .head
        if !isQueued { append(exchange) }
        exchange.reading.failure = status
        let isHandled = exchange.reading.sink != .whole && isQueued
        exchange.endBody(.failure(status == 408 ? .timeout : status == 413 ? .limit : .malformed))
        guard !isHandled, exchange.currentPhase == .filling else { return }
        Service.fail(exchange, status)
        _ = exchange.advance(.filling, .completed)
        exchange.progress.isReady = true
    }

    // MARK: Receiving

    private func receive(into room: UnsafeMutableRawBufferPointer) -> Int {
        let count = unsafe transport.read(into: room)
        if count > 0 {
            shard.counters.bytesReceived.add(UInt64(count))
        } else if count == 0 {
            endOfInput()
        } else if !Socket.wouldBlock {
            flags.insert(.isBroken)
        }
        return count
    }

    private func readBehindWaiting() {
        let room = max(Self.leastRoom, input.capacity - input.count)
        let count = unsafe input.write(room) { unsafe receive(into: $0) }
        if count > 0 { resumeInput() }
    }

    private func readToDrop() {
        if unsafe receive(into: shard.scratch) == 0 { flags.insert(.isBroken) }
    }

    /// No further request is served, but whoever still makes an answer is told when the peer is gone.
    private func listenForEnd() {
        let count = unsafe receive(into: shard.scratch)
        if count <= 0 { return }
        dropped += count
        flags.remove(.isCleanClose)
    }

    private func endOfInput() {
        flags.formUnion([.hasReadEnd, .stopsReading])
        guard let exchange = incoming.take() else { return }
        let isQueued = reading != .head
        reading = .head
        exchange.endBody(.failure(.closed))
        // Half a request: nobody is told, and what is behind earlier requests still leaves.
        if isQueued && exchange.reading.sink == .whole { cancelLast() }
    }

    // MARK: What waits

    private func keep(_ rest: UnsafeBufferPointer<UInt8>) {
        if stopsReading {
            // The peer sent more than is served: what else comes must not destroy the last answer.
            flags.remove(.isCleanClose)
        } else {
            unsafe input.append(rest)
        }
    }

    /// Drops the first `used` of the waiting octets.
    private func dropUsed(_ used: Int) {
        let left = input.count - used
        if stopsReading && left > 0 { flags.remove(.isCleanClose) }
        if left == 0 || stopsReading { dropInput() } else { input.removeFirst(used) }
    }
}
