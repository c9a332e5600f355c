internal import MartletEngine
internal import Synchronization

// Octets on their way out: laid down in the shard's buffer while nothing older waits, else in the connection's queue; then
// sent.
extension Connection {
    /// What is laid down before it is sent, about.
    private static let outLimit = 65536 + 8192
    private static let piecesLimit = 64

    /// Lays down a copy.
    func lay(_ octets: Span<UInt8>) {
        if isBroken || octets.isEmpty { return }
        if !output.isEmpty || octets.count > Self.outLimit { return output.append(octets) }
        let start = beginLaying()
        shard.out.append(octets)
        endLaying(from: start)
    }

    func lay(_ text: StaticString) { lay(text.octets) }

    /// Makes room in the shard's buffer, to which the caller appends; returns where that begins …
    func beginLaying() -> Int {
        if shard.out.count >= Self.outLimit / 2 { flush() }
        return shard.out.count
    }

    /// … and this lays it down: behind what waits in the queue it has to be copied there.
    func endLaying(from start: Int) {
        if output.isEmpty { return }
        unsafe output.append(
            Span(_unsafeElements: UnsafeBufferPointer(rebasing: shard.out.unsafeOctets[start...])))
        shard.out.truncate(to: start)
    }

    /// Nothing more can be sent: what waits is dropped, and the connection closes.
    func breakOff() {
        flags.insert(.isBroken)
        shard.out.removeAll()
        output.removeAll()
    }

    /// Sends what is laid down, as far as the transport takes it and the connection's turn goes; the rest waits in
    /// `output`.
    func flush() {
        if isBroken { breakOff() }
        if shard.out.isEmpty && output.isEmpty { return }
        while shard.turnBytes > 0, !shard.out.isEmpty || !output.isEmpty {
            if !sendFront() { break }
        }
        keepRest()
        account()
    }

    /// Sends what is at the front; false when the transport takes no more.
    private func sendFront() -> Bool {
        if output.isEmpty { return sendOut() }
        if shard.out.isEmpty, let piece = output.first, case .file(let descriptor) = piece.kind {
            return sendFile(piece, descriptor)
        }
        return sendPieces()
    }

    /// The common case: one buffer, one call, nothing gathered.
    private func sendOut() -> Bool {
        let wanted = min(shard.out.count, shard.turnBytes)
        let octets = unsafe UnsafeBufferPointer(rebasing: shard.out.unsafeOctets[..<wanted])
        let sent = unsafe transport.write(octets, moreFollows: wanted < shard.out.count)
        return noteSent(sent, wanted)
    }

    private func sendPieces() -> Bool {
        var most = shard.turnBytes
        var wanted = 0
        let sent = unsafe withUnsafeTemporaryAllocation(
            of: UnsafeBufferPointer<UInt8>.self, capacity: Self.piecesLimit
        ) { pieces in
            var count = 0
            func add(_ octets: UnsafeBufferPointer<UInt8>) {
                let taken = min(octets.count, most)
                unsafe pieces.initializeElement(
                    at: count, to: UnsafeBufferPointer(rebasing: octets[..<taken]))
                count += 1
                most -= taken
                wanted += taken
            }
            if !shard.out.isEmpty { unsafe add(shard.out.unsafeOctets) }
            var piece = output.first
            while let at = piece, count < pieces.count, most > 0 {
                if case .file = at.kind { break }
                unsafe add(at.octets)
                piece = at.next
            }
            let moreFollows = wanted < output.count + shard.out.count
            return unsafe transport.write(
                pieces: UnsafeBufferPointer(rebasing: pieces[..<count]), moreFollows: moreFollows)
        }
        return noteSent(sent, wanted)
    }

    private func sendFile(_ piece: OutputQueue.Piece, _ descriptor: Int32) -> Bool {
        let sent = transport.sendFile(descriptor, at: piece.sent, count: min(piece.left, shard.turnBytes))
        if sent == 0 {  // the file has shrunk: the announced length cannot be kept
            breakOff()
        } else {
            _ = noteSent(sent, 0)
        }
        return sent > 0
    }

    /// Takes a write's result in; whether there may be another.
    private func noteSent(_ sent: Int, _ wanted: Int) -> Bool {
        if sent < 0 {
            if !Socket.wouldBlock { breakOff() }
            return false
        }
        flags.insert(.hasWritten)
        shard.turnBytes -= sent
        shard.counters.bytesSent.add(UInt64(sent))
        let fromOut = min(sent, shard.out.count)
        shard.out.removeFirst(fromOut)
        if sent > fromOut { output.removeFirst(sent - fromOut) }
        return sent == wanted
    }

    /// The shard's buffer belongs to the connection that is served: what is left in it moves to the connection's own
    /// queue.
    private func keepRest() {
        if shard.out.isEmpty { return }
        unsafe output.prepend(Span(_unsafeElements: shard.out.unsafeOctets))
        shard.out.removeAll()
    }

    /// What of the present stream has left, so that its writer may go on.
    private func account() {
        guard let exchange = first, exchange.progress.isHeadSent, exchange.stream.unsettled > 0 else {
            return
        }
        let waiting = min(output.count, exchange.stream.unsettled)
        let left = exchange.stream.unsettled - waiting
        if left == 0 { return }
        exchange.stream.unsettled = waiting
        let unsent = exchange.unsent.subtract(left, ordering: .sequentiallyConsistent).newValue
        if unsent > Int(shard.shared.configuration.outputLowWaterBytes) { return }
        if exchange.wantsDrain.exchange(false, ordering: .sequentiallyConsistent) {
            exchange.signal(.drained)
        }
    }
}
