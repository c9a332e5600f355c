private import Dispatch
internal import Martlet
private import Synchronization

/// A connection to a server, for tests that look at the wire: half a request, two in one write, a peer that leaves.
///
/// One task may send while another receives. It is closed when nobody holds it any more.
public final class TestConnection: Sendable {
    private let socket: CoreClientSocket
    private let sending = DispatchQueue(label: "martlet.testing.send")
    private let receiving = DispatchQueue(label: "martlet.testing.receive")
    private let unread = Mutex<[UInt8]>([])

    init(to address: TestAddress) throws(TestError) { socket = try address.connect() }

    /// Sends all of `text`.
    public func send(_ text: String) async throws { try await send(Array(text.utf8)) }

    /// Sends all of `bytes`.
    public func send(_ bytes: [UInt8]) async throws {
        try await Self.run(on: sending) { [socket] () throws(CoreError) in try socket.send(bytes.span) }
    }

    /// Says that nothing more will be sent; what comes can still be received.
    public func finishSending() { socket.finishSending() }

    /// Ends both directions.
    public func close() { socket.finish() }

    /// What has arrived and was not received yet, waited for when there is nothing; nil at the end.
    public func receive() async throws -> [UInt8]? {
        let unread = unread.withLock { unread in
            defer { unread = [] }
            return unread
        }
        if !unread.isEmpty { return unread }
        let bytes = try await Self.run(on: receiving) { [socket] () throws(CoreError) in
            try socket.receive(capacity: 65536)
        }
        return bytes.isEmpty ? nil : bytes
    }

    /// What arrives up to and with `mark`; the rest is for the next call.
    ///
    /// - Throws: ``TestError/truncated(_:)`` when the connection ends before `mark`.
    public func receive(until mark: String) async throws -> String {
        var text: [UInt8] = []
        let mark = Array(mark.utf8)
        while true {
            if let end = text.firstRange(of: mark)?.upperBound {
                giveBack(Array(text[end...]))
                return String(decoding: text[..<end], as: UTF8.self)
            }
            guard let piece = try await receive() else { throw TestError.truncated(text) }
            text += piece
        }
    }

    /// Everything until the end.
    public func receiveAll() async throws -> [UInt8] {
        var bytes: [UInt8] = []
        while let piece = try await receive() { bytes += piece }
        return bytes
    }

    /// The next response. `answersHead`: it has no body, whatever its fields say.
    public func response(answersHead: Bool = false) async throws -> TestResponse {
        var reader = ResponseReader(answersHead: answersHead)
        while !reader.isComplete {
            guard let piece = try await receive() else { return try reader.finish() }
            try reader.feed(piece)
        }
        giveBack(reader.rest)
        return reader.response
    }

    private func giveBack(_ bytes: [UInt8]) {
        unread.withLock { $0 = bytes + $0 }
    }

    private static func run<Value: Sendable>(
        on queue: DispatchQueue, _ work: @escaping @Sendable () throws(CoreError) -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            queue.async {
                continuation.resume(
                    with: Result { () throws(CoreError) in try work() }.mapError { TestError($0) })
            }
        }
    }
}
