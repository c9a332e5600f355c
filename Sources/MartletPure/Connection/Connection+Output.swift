internal import MartletEngine
internal import Synchronization

// The HTTP/1 driver's writing half: responses to octets, in request order.
extension Connection {
    /// From here a piece of its own is cheaper than a copy.
    private static let borrowLeastBytes = 8192

    /// Lays down every response whose turn it is.
    func emit() {
        while first?.progress.isReady ?? false {
            if !emitFirst() { return }
            endTurn()
        }
        emitInvitation()
    }

    /// Lays down what there is of the first response; true when that is all of it.
    private func emitFirst() -> Bool {
        guard let exchange = first else { return false }
        let streams = exchange.stream.hasStarted
        if !exchange.progress.isHeadSent {
            if streams && exchange.readsOn { emitInvitation() }
            emitHead(exchange)
            if streams {
                exchange.hasTurn.store(true, ordering: .sequentiallyConsistent)
            } else {
                emitBody(exchange)
            }
        }
        if !streams { return true }
        output.append(contentsOf: &exchange.stream.pending)
        return exchange.stream.isWhole
    }

    private func endTurn() {
        if let exchange = first { settleEnd(of: exchange) }
        guard let exchange = pop() else { return }
        exchange.finish()
        Exchange.giveBack(exchange, to: shard)
    }

    private func settleEnd(of exchange: Exchange) {
        if !exchange.progress.keepsAlive {
            cancelRest()
            if incoming !== exchange { dropIncoming() }
            flags.insert(.stopsReading)
        }
        abandonBody(of: exchange)
    }

    /// An interim 100 (Continue), for the request whose turn it is: RFC 9110 §15.2.1.
    private func emitInvitation() {
        guard let exchange = incoming, exchange.progress.owesContinue, exchange === first else { return }
        exchange.progress.owesContinue = false
        lay("HTTP/1.1 100 Continue\r\n\r\n")
    }

    // MARK: Heads

    private func emitHead(_ exchange: Exchange) {
        settlePersistence(exchange)
        let framing = framing(of: exchange)
        let start = beginLaying()
        ResponseHead.append(
            status: exchange.response.status, framing: framing, persistence: persistence(of: exchange),
            preset: unsafe Span(_unsafeElements: shard.preset.unsafeOctets),
            fields: unsafe Span(_unsafeElements: exchange.response.fields.unsafeOctets), to: &shard.out)
        endLaying(from: start)
        exchange.progress.isHeadSent = true
        shard.counters.countResponse(exchange.response.status)
    }

    private func framing(of exchange: Exchange) -> BodyFraming {
        if exchange.response.hasNoContent { return .none }
        if exchange.response.hasEmptyContent { return .length(0) }
        guard exchange.stream.hasStarted else { return .length(exchange.response.bodyCount) }
        if let length = exchange.writing.length { return .length(length) }
        if exchange.head.minorVersion != 0 { return .chunked }
        exchange.progress.keepsAlive = false
        return .none
    }

    private var isLastOfADrain: Bool {
        guard shard.isDraining, let first else { return false }
        return isLast(first) && incoming == nil && !flags.contains(.hasInputBehind)
    }

    private func settlePersistence(_ exchange: Exchange) {
        // Who still waits for 100 may or may not send the body now: what comes next is anybody's guess.
        if exchange.response.wantsClose || exchange.progress.owesContinue || isLastOfADrain {
            exchange.progress.keepsAlive = false
        }
        if !exchange.progress.hasHead { exchange.head.minorVersion = 1 }
    }

    private func persistence(of exchange: Exchange) -> Persistence {
        if !exchange.progress.keepsAlive { return .close }
        return exchange.head.minorVersion == 0 ? .keepSaid : .keepImplied
    }

    // MARK: Bodies

    private func emitBody(_ exchange: Exchange) {
        if exchange.isSilent || isBroken { return }
        switch exchange.response.body {
        case .none: break
        case .copied: unsafe emit(exchange.response.bytes.unsafeOctets, owner: exchange)
        case .borrowed(let octets): unsafe emit(octets, owner: nil)
        case .file(_, let length): emitFile(exchange, length)
        }
    }

    /// A large body leaves from where it is; its exchange stays until it has.
    private func emit(_ octets: UnsafeBufferPointer<UInt8>, owner: Exchange?) {
        if octets.count < Self.borrowLeastBytes {
            unsafe lay(Span(_unsafeElements: octets))
        } else {
            unsafe output.append(borrowed: octets, owner: owner)
        }
    }

    /// A small file is read at once: a piece of its own would cost more calls, and hold a descriptor until the peer
    /// reads.
    private func emitFile(_ exchange: Exchange, _ length: UInt64) {
        if length == 0 { return }
        guard let file = exchange.response.takeFile() else { return }
        if length >= UInt64(Self.borrowLeastBytes) {
            return output.append(file: file.descriptor, length: length)
        }
        let start = beginLaying()
        let count = unsafe shard.out.write(Int(length)) {
            unsafe Socket.readFile(file.descriptor, at: 0, into: $0)
        }
        Socket.close(file.descriptor)
        endLaying(from: start)
        if count != Int(length) { breakOff() }  // it has shrunk, and its length is already said
    }

    // MARK: Streams

    /// Octets of a stream: framed and laid down when it is the exchange's turn, kept before.
    func stream(_ exchange: Exchange, _ bytes: Span<UInt8>) {
        exchange.stream.unsettled += bytes.count
        guard exchange.willBeChunked else { return put(exchange, bytes) }
        var line = ByteBuffer()
        ResponseHead.appendChunkLine(bytes.count, to: &line)
        put(exchange, line.span)
        put(exchange, bytes)
        put(exchange, StaticString("\r\n").octets)
    }

    /// The stream is whole.
    func endStream(of exchange: Exchange) {
        exchange.stream.isWhole = true
        if exchange.isShort {
            shard.shared.log(
                .error,
                "a response stream ended \(exchange.writing.left) bytes before its announced length; the connection closes"
            )
            exchange.progress.keepsAlive = false
        }
        if exchange.writing.hasOverrun && !exchange.writing.isDiscarded {
            exchange.progress.keepsAlive = false
        }
        if exchange.willBeChunked && !exchange.writing.isDiscarded {
            put(exchange, StaticString("0\r\n\r\n").octets)
        }
    }

    private func put(_ exchange: Exchange, _ bytes: Span<UInt8>) {
        let isItsTurn =
            exchange.progress.isHeadSent && first === exchange && exchange.stream.pending.isEmpty
        if isItsTurn && shard.serving === self { lay(bytes) } else { exchange.stream.pending.append(bytes) }
    }
}

extension Exchange {
    /// A handler that answers while it reads, as an echo does, still needs the body.
    fileprivate var readsOn: Bool {
        stream.hasStarted && !stream.isWhole && reading.sink == .stream && bodyChannel != nil
    }

    fileprivate var willBeChunked: Bool { writing.length == nil && head.minorVersion != 0 }

    fileprivate var isShort: Bool { writing.length != nil && writing.left > 0 && !writing.isDiscarded }
}
