internal import MartletEngine

/// What carries a connection's octets: a socket, or memory. Calls that can fail return -1 and leave errno, as the
/// system's do.
enum Transport {
    case socket(Int32)
    case memory(MemoryPeer)

    func read(into room: UnsafeMutableRawBufferPointer) -> Int {
        switch self {
        case .socket(let descriptor): unsafe Socket.receive(descriptor, into: room)
        case .memory(let peer): unsafe peer.read(into: room)
        }
    }

    func write(_ octets: UnsafeBufferPointer<UInt8>, moreFollows: Bool) -> Int {
        switch self {
        case .socket(let descriptor): unsafe Socket.send(descriptor, octets, moreFollows: moreFollows)
        case .memory(let peer): unsafe peer.write(octets)
        }
    }

    func write(pieces: UnsafeBufferPointer<UnsafeBufferPointer<UInt8>>, moreFollows: Bool) -> Int {
        switch self {
        case .socket(let descriptor):
            return unsafe Socket.send(descriptor, pieces: pieces, moreFollows: moreFollows)
        case .memory(let peer):
            var sum = 0
            for index in pieces.indices { sum += unsafe peer.write(pieces[index]) }
            return sum
        }
    }

    /// Bytes sent, 0 at the file's end, or -1.
    func sendFile(_ file: Int32, at offset: Int, count: Int) -> Int {
        if case .socket(let descriptor) = self {
            let sent = Socket.sendFile(descriptor, file, at: offset, count: count)
            if sent >= 0 || !Socket.cannotSendFile { return sent }
        }
        return copyFile(file, at: offset, count: count)
    }

    /// For a transport that has nothing better: reads a piece and writes it.
    private func copyFile(_ file: Int32, at offset: Int, count: Int) -> Int {
        let most = min(count, 16384)
        return unsafe withUnsafeTemporaryAllocation(byteCount: most, alignment: 16) { room in
            let got = unsafe Socket.readFile(file, at: offset, into: room)
            if got <= 0 { return got }
            let octets = unsafe UnsafeBufferPointer(room.bindMemory(to: UInt8.self))
            return unsafe write(UnsafeBufferPointer(rebasing: octets[..<got]), moreFollows: false)
        }
    }

    /// False: the descriptor cannot be watched.
    func watch(_ connection: Connection, _ wanted: Readiness) -> Bool {
        switch self {
        case .socket(let descriptor):
            do throws(CoreError) {
                try connection.shard.reactor.watch(connection, descriptor, wanted)
                return true
            } catch {
                return false
            }
        case .memory(let peer):
            peer.watch(connection, wanted)
            return true
        }
    }

    /// Says that nothing more will be written.
    func finishOutput() {
        if case .socket(let descriptor) = self { Socket.finishOutput(descriptor) }
    }

    func close(_ connection: Connection) {
        switch self {
        case .socket(let descriptor):
            connection.shard.reactor.forget(connection)
            Socket.close(descriptor)
        case .memory(let peer): peer.close()
        }
    }
}

/// A connection's peer that is an array and a closure.
final class MemoryPeer: Message, @unchecked Sendable {
    private let input: [UInt8]
    private var position = 0
    private var output: [UInt8] = []
    private let finish: @Sendable ([UInt8]) -> Void
    private var isPosted = false
    /// While it is posted, and until it is closed.
    private var connection: Connection?
    private var wanted: Readiness = []

    init(_ input: [UInt8], finish: @escaping @Sendable ([UInt8]) -> Void) {
        self.input = input
        self.finish = finish
        super.init()
    }

    func read(into room: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(room.count, input.count - position)
        unsafe room.copyBytes(from: input[position..<position + count])
        position += count
        return count
    }

    func write(_ octets: UnsafeBufferPointer<UInt8>) -> Int {
        unsafe output.append(contentsOf: octets)
        return octets.count
    }

    /// Memory is always ready, so interest is served at the reactor's next turn, again while it lasts.
    func watch(_ connection: Connection, _ wanted: Readiness) {
        self.wanted = wanted
        self.connection = connection
        if wanted.isEmpty || isPosted { return }
        isPosted = connection.shard.reactor.post(self)
    }

    override func deliver() {
        isPosted = false
        guard let connection, !wanted.isEmpty else { return }
        connection.ready(wanted)
    }

    func close() {
        connection = nil
        wanted = []
        finish(output)
    }
}
