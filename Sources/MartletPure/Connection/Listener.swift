internal import MartletEngine
internal import Synchronization

/// Accepts connections on one reactor.
final class Listener: EventSource, @unchecked Sendable {
    private static let acceptsPerEvent = 64
    private static let lastAccepts = 65536
    private static let pauseMilliseconds: UInt32 = 100

    private let shard: Shard
    private let socket: Int32
    /// Where accepted sockets go when the system does not spread them itself: to all reactors in turn.
    private var rotation: Rotation
    private var isPaused = false
    /// About a lack of descriptors, since it last accepted.
    private var hasComplained = false

    /// Listens with `socket`, which is its own from here on, also on failure. Thread: before the reactor runs.
    static func open(_ shard: Shard, _ socket: Int32, _ rotation: Rotation) throws(CoreError) {
        let listener = Listener(shard, socket, rotation)
        shard.add(listener)
        do throws(CoreError) {
            try shard.reactor.watch(listener, socket, .read)
        } catch {
            listener.close()
            throw error
        }
    }

    private init(_ shard: Shard, _ socket: Int32, _ rotation: Rotation) {
        self.shard = shard
        self.socket = socket
        self.rotation = rotation
        super.init()
    }

    override func ready(_ readiness: Readiness) { accept(atMost: Self.acceptsPerEvent) }

    override func timeIsUp() { goOn() }

    /// Accepts what waits in the kernel (bounded), then closes.
    func finish() {
        accept(atMost: Self.lastAccepts)
        close()
    }

    func close() {
        shard.remove(self)
        shard.reactor.clearTimer(self)
        shard.reactor.forget(self)
        Socket.close(socket)
    }

    /// Goes on if it paused at a limit of connections.
    func resume() { if isPaused && !hasComplained { goOn() } }

    // MARK: Accepting

    private func accept(atMost most: Int) {
        for _ in 0..<most where !acceptOne() { return }
    }

    /// False when there is none, or no more can be taken now.
    private func acceptOne() -> Bool {
        guard shard.shared.admit() else {
            pause()
            return false
        }
        var address = SocketAddress()
        let accepted = Socket.accept(socket, &address)
        if accepted < 0 {
            let failure = Socket.acceptFailure
            shard.shared.dismiss()
            return survive(failure)
        }
        hasComplained = false
        passOn(accepted, PeerAddress(address.storage))
        return true
    }

    /// Gives the socket to whose turn it is; a draining reactor, and one that finds no taker, keeps it.
    private func passOn(_ accepted: Int32, _ peer: PeerAddress) {
        let taker = shard.isDraining ? shard : rotation.next() ?? shard
        if taker !== shard, Handover(accepted, peer, from: shard, to: taker).begin() { return }
        Connection.accept(shard, accepted, peer)
    }

    // MARK: Pausing

    /// Whether accepting may go on after that error: those of the one connection do not count.
    private func survive(_ failure: Socket.AcceptFailure) -> Bool {
        if case .shortage(let number) = failure { complainAndPause(number) }
        return failure == .ofConnection
    }

    /// No descriptor or memory is left: the kernel keeps what waits, so a pause loses nothing and spins not.
    private func complainAndPause(_ number: Int32) {
        if !hasComplained {
            shard.shared.log(
                .warning, "accepting pauses: the system has no more descriptors or memory (errno \(number))")
        }
        hasComplained = true
        shard.counters.connectionsRefused.add(1)
        pause()
    }

    private func pause() {
        isPaused = true
        try? shard.reactor.watch(self, socket, [])
        shard.reactor.setTimer(self, after: Self.pauseMilliseconds)
    }

    private func goOn() {
        isPaused = false
        shard.reactor.clearTimer(self)
        try? shard.reactor.watch(self, socket, .read)
    }
}

/// All reactors in turn, for the sockets of one listener.
struct Rotation {
    private let shards: [Shard]
    private var position = 0

    /// One alone keeps what it accepts.
    init(_ shards: [Shard]) { self.shards = shards }

    /// Whose turn it is; nil: nobody else's.
    mutating func next() -> Shard? {
        if shards.count < 2 { return nil }
        defer { position = (position + 1) % shards.count }
        return shards[position]
    }
}

/// A socket on its way to the reactor that will serve it.
private final class Handover: Message, @unchecked Sendable {
    private let socket: Int32
    private let peer: PeerAddress
    private let from: Shard
    private let to: Shard
    private var isReturning = false

    init(_ socket: Int32, _ peer: PeerAddress, from: Shard, to: Shard) {
        self.socket = socket
        self.peer = peer
        self.from = from
        self.to = to
        super.init()
    }

    /// False: the other reactor has ended.
    func begin() -> Bool {
        from.handedOver.add(1, ordering: .sequentiallyConsistent)
        if to.reactor.post(self) { return true }
        from.handedOver.subtract(1, ordering: .sequentiallyConsistent)
        return false
    }

    /// A reactor that has ended meanwhile sends the socket back: its sender waits for that.
    override func deliver() {
        if isReturning {
            Connection.accept(from, socket, peer)
        } else if !to.isEnded {
            Connection.accept(to, socket, peer)
        } else {
            isReturning = true
            if from.reactor.post(self) { return }
            from.shared.dismiss()
            Socket.close(socket)
        }
        finish()
    }

    /// Whoever drains waits for what it handed over.
    private func finish() {
        from.handedOver.subtract(1, ordering: .sequentiallyConsistent)
        if from.isDrainAsked { from.requestDrain(deadlineMilliseconds: nil) }
    }
}
