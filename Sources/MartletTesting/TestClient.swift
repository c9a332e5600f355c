public import HTTPTypes
public import Martlet

/// Speaks to a server, with the same calls in process and over a socket. Each request has a connection of its own.
public struct TestClient: Sendable {
    private enum Peer: Sendable {
        case engine(Server)
        case address(TestAddress)
    }

    private let peer: Peer

    /// A client of a running server in this process, without a socket.
    public init(inProcess server: Server) { peer = .engine(server) }

    /// A client of whatever listens at "127.0.0.1:8080", "[::1]:8080" or "unix:/run/x"; see `Server.addresses`.
    ///
    /// - Throws: ``TestError/badAddress(_:)``.
    public init(address: String) throws(TestError) { peer = .address(try TestAddress(address)) }

    /// Sends a request and returns its answer, whatever its status.
    ///
    /// - Parameters:
    ///   - target: goes out as it is; what needs percent-encoding is the caller's to encode.
    ///   - fields: Host and what describes the body are added, unless they are there.
    /// - Throws: ``TestError`` when no proper answer came.
    public func send(
        _ method: HTTPRequest.Method, _ target: String, fields: HTTPFields = [:], body: TestBody? = nil
    ) async throws -> TestResponse {
        let text = RequestText(method, target, fields: fields, body: body)
        let reader = ResponseReader(answersHead: method == .head)
        switch peer {
        case .engine(let server): return try await Self.send(text.bytes, to: server, reader)
        case .address(let address): return try await Self.send(text.bytes, to: address, reader)
        }
    }

    /// Sends bytes as they are, then the end, and returns all that came back.
    public func send(raw bytes: [UInt8]) async throws -> [UInt8] {
        switch peer {
        case .engine(let server): return try await server.inject(bytes)
        case .address(let address):
            let connection = try TestConnection(to: address)
            return try await Self.converse(connection, bytes) {
                connection.finishSending()
            } receive: {
                try await connection.receiveAll()
            }
        }
    }

    /// As sending raw bytes, for requests that are none of them HEAD: returns all their answers.
    public func send(raw text: String) async throws -> [TestResponse] {
        var responses: [TestResponse] = []
        var rest = try await send(raw: Array(text.utf8))
        while !rest.isEmpty {
            var reader = ResponseReader(answersHead: false)
            try reader.feed(rest)
            rest = reader.rest
            responses.append(try reader.finish())
        }
        return responses
    }

    /// Hands a new connection to `body` and closes it afterwards.
    ///
    /// - Throws: ``TestError/noConnection`` in process, and what `body` throws.
    @discardableResult
    public func withConnection<Result>(
        _ body: (TestConnection) async throws -> Result
    ) async throws -> Result {
        guard case .address(let address) = peer else { throw TestError.noConnection }
        let connection = try TestConnection(to: address)
        defer { connection.close() }
        return try await body(connection)
    }

    private static func send(
        _ bytes: [UInt8], to server: Server, _ reader: ResponseReader
    ) async throws -> TestResponse {
        var reader = reader
        try reader.feed(try await server.inject(bytes))
        return try reader.finish()
    }

    private static func send(
        _ bytes: [UInt8], to address: TestAddress, _ reader: ResponseReader
    ) async throws -> TestResponse {
        let connection = try TestConnection(to: address)
        return try await converse(connection, bytes) {
        } receive: {
            var reader = reader
            while !reader.isComplete, let piece = try await connection.receive() { try reader.feed(piece) }
            return try reader.finish()
        }
    }

    /// Sends while it receives: an answer may begin before the request has ended, and be all that comes of it.
    private static func converse<Answer>(
        _ connection: TestConnection, _ bytes: [UInt8], whenSent: @escaping @Sendable () -> Void,
        receive: () async throws -> Answer
    ) async throws -> Answer {
        let sending = Task {
            try? await connection.send(bytes)
            whenSent()
        }
        let answer: Result<Answer, any Error>
        do { answer = .success(try await receive()) } catch { answer = .failure(error) }
        connection.close()
        await sending.value
        return try answer.get()
    }
}
