internal import MartletEngine

// A request's body on its way to its sink.
extension Connection {
    private static let rateWindowMilliseconds: UInt64 = 5000

    /// The head is complete and routed: decides how the body is read; runs the handler if it need not wait. Octets of
    /// the body that are there already are in `available`; returns how many of them were used.
    func beginBody(_ exchange: Exchange, available: UnsafeBufferPointer<UInt8>) -> Int {
        let hasBody = exchange.head.framing == .chunked || exchange.head.contentLength > 0
        // Who asked for 100 (Continue) waits for nothing when the body comes already: RFC 9110 §10.1.1.
        if !hasBody || available.count > 0 { exchange.progress.owesContinue = false }
        if !hasBody {
            if !exchange.progress.isReady { Service.run(exchange) }
            exchange.endBody(.success(()))
            return 0
        }
        if isOverLimit(exchange) { return 0 }
        if exchange.progress.isReady {
            discard(exchange)
        } else if exchange.match.streamsBody {
            beginStream(exchange)
        } else {
            return unsafe beginWhole(exchange, available)
        }
        return 0
    }

    /// Takes `octets`; returns how many were used.
    func feedBody(_ octets: UnsafeMutableBufferPointer<UInt8>) -> Int {
        guard let exchange = incoming else { return 0 }
        exchange.progress.owesContinue = false
        return switch reading {
        case .length: unsafe feedLength(exchange, UnsafeBufferPointer(octets))
        case .chunks: unsafe feedChunks(exchange, octets)
        default: unsafe feedTrailers(exchange, UnsafeBufferPointer(octets))
        }
    }

    /// Ends a body of announced length that is there in full, unless its consumer pauses.
    func checkBodyEnd() {
        guard let exchange = incoming, reading == .length, exchange.reading.left == 0,
            !exchange.reading.isPaused
        else { return }
        complete(exchange)
    }

    /// The response needs the body no more: what is left is dropped, or the connection closes after it.
    func abandonBody(of exchange: Exchange) {
        guard incoming === exchange else { return }
        if exchange.reading.sink == .stream { exchange.endBody(.failure(.closed)) }
        exchange.reading.sink = .discard
        exchange.reading.isPaused = false
        if reading == .length && exchange.reading.left == 0 {
            // A consumer that paused at the very end is all that kept it.
            return complete(exchange)
        }
        let limit = UInt64(Self.discardLimit)
        let (sum, isTooLarge) = exchange.reading.received.addingReportingOverflow(limit)
        exchange.reading.limit = isTooLarge ? .max : sum
        if !exchange.progress.keepsAlive || (reading == .length && exchange.reading.left > limit) {
            incoming = nil
            reading = .head
            flags.insert(.stopsReading)
            flags.remove(.isCleanClose)
        }
    }

    // MARK: The beginning

    /// An announced length over the limit is refused before an octet of it is read.
    private func isOverLimit(_ exchange: Exchange) -> Bool {
        let limit = exchange.match.bodyLimit(or: shard.shared.configuration.maxBodyBytes)
        exchange.reading.limit = limit
        guard !exchange.progress.isReady, exchange.head.framing == .length,
            exchange.head.contentLength > limit
        else { return false }
        startReading(exchange, .whole)
        reject(413, "the announced body is longer than the limit")
        return true
    }

    private func startReading(_ exchange: Exchange, _ sink: Sink) {
        incoming = exchange
        reading = exchange.head.framing == .chunked ? .chunks : .length
        exchange.reading.sink = sink
        exchange.reading.left = exchange.head.contentLength
        if sink == .discard { exchange.reading.limit = UInt64(Self.discardLimit) }
        exchange.reading.chunked = ChunkedDecoder()
        exchange.restartBodyClock()
    }

    private func discard(_ exchange: Exchange) {
        let isTooMuch =
            exchange.head.framing == .length && exchange.head.contentLength > UInt64(Self.discardLimit)
        if isTooMuch || exchange.progress.owesContinue {
            exchange.progress.keepsAlive = false
            flags.insert(.stopsReading)
            flags.remove(.isCleanClose)
        } else {
            startReading(exchange, .discard)
        }
    }

    private func beginStream(_ exchange: Exchange) {
        Service.run(exchange)
        guard exchange.progress.hasAskedForBody else { return discard(exchange) }
        startReading(exchange, .stream)
        exchange.detach()
    }

    private func beginWhole(_ exchange: Exchange, _ available: UnsafeBufferPointer<UInt8>) -> Int {
        let length = exchange.head.contentLength
        if exchange.head.framing == .length && UInt64(available.count) >= length {
            unsafe exchange.body = UnsafeBufferPointer(rebasing: available[..<Int(length)])
            Service.run(exchange)
            return Int(length)
        }
        startReading(exchange, .whole)
        exchange.detach()
        return 0
    }

    /// The body is complete: its exchange is no longer the incoming one, and who waited for it goes on.
    private func complete(_ exchange: Exchange) {
        incoming = nil
        reading = .head
        if !exchange.progress.keepsAlive { flags.insert(.stopsReading) }
        if exchange.reading.sink == .whole {
            unsafe exchange.body = exchange.whole.unsafeOctets
            Service.run(exchange)
        } else {
            exchange.endBody(.success(()))
        }
    }

    // MARK: Octets to their sink

    /// They are within the limit: an announced length and each chunk's are held against it before.
    private func sink(_ exchange: Exchange, _ octets: UnsafeBufferPointer<UInt8>) {
        flags.insert(.hasRead)
        exchange.reading.received += UInt64(octets.count)
        switch exchange.reading.sink {
        case .stream:
            // The channel's owner may end the body itself, so nothing is touched after it but the pause.
            if let channel = exchange.bodyChannel, unsafe !channel.arrived(Span(_unsafeElements: octets)) {
                exchange.reading.isPaused = true
            }
        case .whole:
            exchange.reserveWhole()
            unsafe exchange.whole.append(octets)
        case .none, .discard: break
        }
        if exchange.isBodyTooSlow(window: Self.rateWindowMilliseconds) {
            reject(408, "the body came too slowly")
        }
    }

    private func feedLength(_ exchange: Exchange, _ octets: UnsafeBufferPointer<UInt8>) -> Int {
        let taken = min(octets.count, Int(clamping: exchange.reading.left))
        exchange.reading.left -= UInt64(taken)
        unsafe sink(exchange, UnsafeBufferPointer(rebasing: octets[..<taken]))
        checkBodyEnd()
        return taken
    }

    // MARK: Chunked

    private func feedChunks(_ exchange: Exchange, _ octets: UnsafeMutableBufferPointer<UInt8>) -> Int {
        var run = ChunkRun()
        let used = unsafe decodeChunks(exchange, octets, &run)
        if !run.joined.isEmpty { unsafe sink(exchange, UnsafeBufferPointer(rebasing: octets[run.joined])) }
        if incoming !== exchange { return octets.count }  // refused, or given up by who took it
        if run.isLast { reading = .trailers }
        guard let refusal = run.refusal else { return used }
        reject(refusal.status, refusal.reason)
        return octets.count
    }

    /// What became of the chunks of one read.
    private struct ChunkRun {
        /// The data, moved together.
        var joined = 0..<0
        var isLast = false
        var refusal: Rejection?
    }

    /// Decodes up to the end of `octets`, of the body, or to what offends; returns how many were used.
    private func decodeChunks(
        _ exchange: Exchange, _ octets: UnsafeMutableBufferPointer<UInt8>, _ run: inout ChunkRun
    ) -> Int {
        var used = 0
        while used < octets.count, !run.isLast, run.refusal == nil {
            var step = 0
            let input = unsafe Span(_unsafeElements: UnsafeBufferPointer(octets))
            let outcome = exchange.reading.chunked.decode(input, from: used, consumed: &step)
            used += step
            switch outcome {
            case .more: break
            case .trailers: run.isLast = true
            case .rejected: run.refusal = Rejection(status: 400, reason: exchange.reading.chunked.reason)
            case .data(let data):
                if exchange.fits(joined: run.joined.count, chunk: data.count) {
                    unsafe Self.join(octets, &run.joined, data)
                } else {
                    run.refusal = Rejection(status: 413, reason: "a chunk is longer than the limit")
                }
            }
        }
        return used
    }

    /// Moves a chunk's data behind what was decoded before it, over chunk lines that nobody needs any more: whoever
    /// takes a body is called once for each read, however small the chunks.
    private static func join(
        _ octets: UnsafeMutableBufferPointer<UInt8>, _ joined: inout Range<Int>, _ data: Range<Int>
    ) {
        if joined.isEmpty {
            joined = data
            return
        }
        if let start = octets.baseAddress {
            unsafe (start + joined.upperBound).update(from: start + data.lowerBound, count: data.count)
        }
        joined = joined.lowerBound..<joined.upperBound + data.count
    }

    // MARK: Trailers

    /// Most bodies have no trailers: their end is two octets, and needs no parser.
    private func feedTrailers(_ exchange: Exchange, _ octets: UnsafeBufferPointer<UInt8>) -> Int {
        if exchange.trailers == nil, octets.count >= 2, unsafe octets[0] == 13, unsafe octets[1] == 10 {
            complete(exchange)
            return 2
        }
        let trailers = exchange.beginTrailers()
        let outcome = unsafe exchange.parser.feed(
            Span(_unsafeElements: octets), into: &trailers.head, limits: shard.shared.limits)
        switch outcome {
        case .incomplete: return 0
        case .rejected:
            reject(exchange.parser.rejection.status, exchange.parser.rejection.reason)
            return octets.count
        case .complete:
            let count = trailers.head.count
            unsafe trailers.octets.append(UnsafeBufferPointer(rebasing: octets[..<count]))
            trailers.isComplete = true
            complete(exchange)
            return count
        }
    }
}

extension Exchange {
    private static let firstWholeBytes = 4096
    /// An announced length up to here is allocated at once.
    private static let trustedLengthBytes: UInt64 = 65536

    /// The measurement of the rate starts anew (begin, resume).
    func restartBodyClock() {
        reading.sinceMilliseconds = shard.reactor.now
        reading.since = reading.received
    }

    /// The rate is looked at window by window: what came in a hurry is no credit for later.
    fileprivate func isBodyTooSlow(window: UInt64) -> Bool {
        let rate = UInt64(shard.shared.configuration.minTransferBytesPerSecond)
        let elapsed = shard.reactor.now - reading.sinceMilliseconds
        let received = reading.received - reading.since
        if elapsed <= window { return false }
        restartBodyClock()
        let isWhole = head.framing == .length && reading.left == 0
        return received < rate * (elapsed / 1000) && !isWhole
    }

    /// A chunk announces its length as Content-Length does: past the limit it is refused at its first octet.
    fileprivate func fits(joined: Int, chunk: Int) -> Bool {
        let room = reading.limit - min(reading.received, reading.limit)
        let (joined, chunk) = (UInt64(joined), UInt64(chunk))
        return joined <= room && chunk <= room - joined && reading.chunked.left <= room - joined - chunk
    }

    fileprivate func reserveWhole() {
        guard whole.capacity == 0 else { return }
        let isTrusted = head.framing == .length && head.contentLength <= Self.trustedLengthBytes
        whole.reserve(isTrusted ? Int(head.contentLength) : Self.firstWholeBytes)
    }

    fileprivate func beginTrailers() -> Trailers {
        if let trailers { return trailers }
        let fresh = Trailers(fieldCapacity: Int(shard.shared.configuration.maxHeaderFields))
        parser = .trailers()
        trailers = fresh
        return fresh
    }
}
