internal import MartletEngine
internal import Synchronization

/// Where a server listens. Thread: any; sockets are added and opened before the reactors run.
final class Endpoints: Sendable {
    private let list = Mutex<[Endpoint]>([])

    var count: Int { list.withLock { $0.count } }

    func append(_ endpoint: Endpoint) { list.withLock { $0.append(endpoint) } }

    func address(at index: Int) -> String {
        list.withLock { $0.indices.contains(index) ? $0[index].address : "" }
    }

    func port(at index: Int) -> UInt16 {
        list.withLock { $0.indices.contains(index) ? $0[index].port : 0 }
    }

    /// Hands every socket to a reactor, and a lone one's connections to all of them in turn.
    func open(on shards: [Shard]) throws(CoreError) {
        for index in 0..<count {
            let sockets = list.withLock { $0[index].takeSockets() }
            let isRotating = sockets.count < shards.count
            for (shard, socket) in zip(shards, sockets) {
                try Listener.open(shard, socket, Rotation(isRotating ? shards : []))
            }
        }
    }

    /// Closes what no listener owns, and removes the files of unix sockets; addresses can still be asked for.
    func close() {
        list.withLock { list in
            for index in list.indices { list[index].close() }
        }
    }
}
