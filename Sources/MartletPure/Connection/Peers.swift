internal import Synchronization

/// How many connections each peer has, over all reactors. Touched when a connection begins and ends only, and only when
/// there is a limit.
final class Peers: Sendable {
    /// One IPv4 address, or one IPv6 network of 64 bits.
    private struct Key: Hashable {
        let family: PeerAddress.Family
        let network: UInt64

        init(_ address: PeerAddress) {
            family = address.family
            network = address.octets.0
        }
    }

    private let limit: Int
    private let counts = Mutex<[Key: Int]>([:])

    init(limit: Int) { self.limit = limit }

    /// Counts one more; false at the limit. Unix peers are not counted. Thread: any.
    func enter(_ peer: PeerAddress) -> Bool {
        if peer.family == .unix { return true }
        return counts.withLock { counts in
            let count = counts[Key(peer), default: 0]
            if count >= limit { return false }
            counts[Key(peer)] = count + 1
            return true
        }
    }

    /// Counts one less. Thread: any.
    func leave(_ peer: PeerAddress) {
        if peer.family == .unix { return }
        counts.withLock { counts in
            guard let count = counts[Key(peer)] else { return }
            counts[Key(peer)] = count > 1 ? count - 1 : nil
        }
    }
}
