package import MartletEngine

/// A connection's input on its way to a reactor.
private final class Injection: Message, @unchecked Sendable {
    private let shard: Shard
    private let peer: MemoryPeer

    init(_ shard: Shard, _ peer: MemoryPeer) {
        self.shard = shard
        self.peer = peer
        super.init()
    }

    override func deliver() {
        if shard.isCut || shard.isEnded { return peer.close() }
        shard.shared.admitUncounted()
        Connection(shard, .memory(peer), .unix).open()
    }
}

extension CoreServer {
    /// Serves one connection without a socket and calls `finish` with all that was answered.
    package func inject(
        _ input: [UInt8], finish: @escaping @Sendable ([UInt8]) -> Void
    ) throws(CoreError) {
        let isPosted = runningShards.first.map { shard in
            shard.reactor.post(Injection(shard, MemoryPeer(input, finish: finish)))
        }
        if isPosted ?? false { return }
        throw CoreError(status: .invalidState, message: "the server does not run")
    }
}
