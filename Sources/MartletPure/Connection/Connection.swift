internal import MartletEngine

/// A connection: its transport, its timer, the exchanges that wait for their turn, and the octets between them. Lives
/// and dies on its reactor.
@safe
final class Connection: EventSource, @unchecked Sendable {
    let shard: Shard
    let peer: PeerAddress
    @safe @exclusivity(unchecked) var transport: Transport

    /// Exchanges in request order; the first one's response is next.
    @safe @exclusivity(unchecked) private(set) var first: Exchange?
    /// Not retained: it is the first one, or the one before it holds it.
    @exclusivity(unchecked) private unowned(unsafe) var unsafeLast: Exchange?
    /// Whose head or body is being read.
    @safe @exclusivity(unchecked) var incoming: Exchange?
    /// In its shard's list of those to settle.
    @safe @exclusivity(unchecked) var nextUnsettled: Connection?
    /// Its place in its shard's list.
    var index = 0
    /// Octets read and not yet used.
    @safe @exclusivity(unchecked) var input = ByteBuffer()
    /// Octets that the socket did not take yet.
    @safe @exclusivity(unchecked) var output = OutputQueue()
    @safe @exclusivity(unchecked) var requestCount: UInt64 = 0
    /// Octets read only to see the peer's end.
    var dropped = 0
    /// Exchanges from first to last.
    @safe @exclusivity(unchecked) private(set) var queued: UInt32 = 0
    @safe @exclusivity(unchecked) var reading = Reading.head
    @safe @exclusivity(unchecked) var waiting = Wait.none
    @safe @exclusivity(unchecked) var watching: Readiness = []
    @safe @exclusivity(unchecked) var flags: Flags = []

    init(_ shard: Shard, _ transport: Transport, _ peer: PeerAddress) {
        self.shard = shard
        self.transport = transport
        self.peer = peer
        super.init()
    }

    override func ready(_ readiness: Readiness) {
        guard beginServing() else { return }
        if readiness.contains(.read) { read() }
        finishServing()
        Connection.settleOthers(shard)
    }

    override func timeIsUp() { timeOut() }

    private(set) var last: Exchange? {
        get { unsafe unsafeLast }
        set { unsafe unsafeLast = newValue }
    }
}

extension Connection {
    /// What its one timer presently measures.
    enum Wait { case none, head, body, idle, write, linger }

    /// Where in a request the next octet belongs.
    enum Reading {
        case head
        /// A body with Content-Length.
        case length
        /// A chunked body.
        case chunks
        /// Behind it.
        case trailers
    }

    struct Flags: OptionSet {
        let rawValue: UInt16

        /// A head or some of a body, since the timer was looked at.
        static let hasRead = Flags(rawValue: 1)
        /// Some of a response, likewise.
        static let hasWritten = Flags(rawValue: 2)
        /// The client said that it sends no more requests.
        static let isCleanClose = Flags(rawValue: 4)
        /// The peer sends no more.
        static let hasReadEnd = Flags(rawValue: 8)
        /// No further request is served.
        static let stopsReading = Flags(rawValue: 16)
        /// Output is done; input is dropped until the peer closes.
        static let isLingering = Flags(rawValue: 32)
        /// Closes at the end of the batch, whatever waits.
        static let isBroken = Flags(rawValue: 64)
        /// In the server's count per peer.
        static let isCounted = Flags(rawValue: 128)
        /// In the shard's list.
        static let isUnsettled = Flags(rawValue: 256)
        /// More was received than what is being served.
        static let hasInputBehind = Flags(rawValue: 512)
    }

    var isBroken: Bool { flags.contains(.isBroken) }
    var isLingering: Bool { flags.contains(.isLingering) }
    var stopsReading: Bool { flags.contains(.stopsReading) }

    /// Whether nothing is read, run or written.
    var isIdle: Bool { first == nil && incoming == nil && output.isEmpty && !isLingering }

    func isLast(_ exchange: Exchange) -> Bool { last === exchange }

    /// Takes over an accepted socket that was admitted. Thread: reactor.
    static func accept(_ shard: Shard, _ socket: Int32, _ peer: PeerAddress) {
        let peers = shard.shared.peers
        guard !shard.isCut, peers?.enter(peer) ?? true else {
            shard.counters.connectionsRefused.add(1)
            shard.shared.dismiss()
            Socket.close(socket)
            return
        }
        let connection = Connection(shard, .socket(socket), peer)
        if peers != nil { connection.flags.insert(.isCounted) }
        connection.open()
    }

    /// Joins its shard and reads: the first request is often here already, and trying costs less than a turn of the
    /// loop.
    func open() {
        shard.add(self)
        shard.counters.connectionsTotal.add(1)
        shard.counters.connectionsOpen.add(1)
        ready(.read)
    }

    // MARK: The queue of exchanges

    /// Puts an exchange behind the others.
    func append(_ exchange: Exchange) {
        exchange.connection = self
        exchange.next = nil
        if let last { last.next = exchange } else { first = exchange }
        last = exchange
        queued += 1
        shard.counters.requestsActive.add(1)
    }

    /// Takes the first exchange out.
    func pop() -> Exchange? {
        guard let exchange = first else { return nil }
        first = exchange.next.take()
        if first == nil { last = nil }
        queued -= 1
        return exchange
    }

    func cancelAll() {
        while let exchange = pop() {
            exchange.cancel()
            Exchange.giveBack(exchange, to: shard)
        }
    }

    /// Cancels every exchange behind the first: their answers will not be read.
    func cancelRest() {
        guard let kept = pop() else { return }
        cancelAll()
        first = kept
        last = kept
        queued = 1
    }

    /// Cancels the last exchange: the rest of its request will not come.
    func cancelLast() {
        guard let exchange = last, exchange !== first else { return cancelAll() }
        var before = first
        while let at = before, at.next !== exchange { before = at.next }
        before?.next = nil
        last = before
        queued -= 1
        exchange.cancel()
    }

    /// Gives up the request that is being read.
    func dropIncoming() {
        let exchange = incoming.take()
        reading = .head
        exchange?.endBody(.failure(.closed))
    }

    // MARK: The end

    /// Cuts the connection: exchanges are cancelled, waiting output is dropped.
    func close() {
        // What the host may set off meanwhile waits, so that nothing serves a connection that goes.
        let serving = shard.serving
        shard.serving = self
        cancelAll()
        dropIncoming()
        release()
        shard.serving = serving
        Connection.settleOthers(shard)
        shard.resumeListeners()
        shard.checkDrained()
    }

    private func release() {
        shard.reactor.clearTimer(self)
        input = ByteBuffer()
        output.removeAll()
        forgetUnsettled()
        if flags.contains(.isCounted) { shard.shared.peers?.leave(peer) }
        shard.shared.dismiss()
        shard.counters.connectionsOpen.subtract(1)
        transport.close(self)
        shard.remove(self)
    }

    private func forgetUnsettled() {
        guard flags.contains(.isUnsettled) else { return }
        flags.remove(.isUnsettled)
        let next = nextUnsettled.take()
        if shard.unsettled === self {
            shard.unsettled = next
            return
        }
        var before = shard.unsettled
        while let at = before, at.nextUnsettled !== self { before = at.nextUnsettled }
        before?.nextUnsettled = next
    }
}
