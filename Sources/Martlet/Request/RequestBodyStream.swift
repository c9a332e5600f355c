private import HTTPTypes

/// A request body, piece by piece, as it arrives.
///
/// While the consumer is busy, at most some 64 KiB wait here; then the socket is no longer read and the peer waits.
/// What the handler leaves unread when it returns is dropped.
public struct RequestBodyStream: AsyncSequence, Sendable {
    /// Some bytes of the body; never empty.
    public typealias Element = [UInt8]

    private let source: Source

    fileprivate enum Source: Sendable {
        case whole([UInt8])
        case channel(CoreBodyChannel)
    }

    init(_ channel: CoreBodyChannel) { source = .channel(channel) }

    init(whole bytes: [UInt8]) { source = .whole(bytes) }

    /// Begins to read, or goes on where another iterator has stopped.
    public func makeAsyncIterator() -> Iterator { Iterator(source: source) }

    /// Reads the body.
    public struct Iterator: AsyncIteratorProtocol {
        fileprivate var source: Source

        /// The next bytes; nil at the end.
        ///
        /// - Throws: ``HTTPError`` when the body will not complete: 408 too slow, 413 too large, 400 broken framing;
        ///   `CancellationError` when the peer is gone or the task was cancelled.
        public mutating func next() async throws -> [UInt8]? {
            switch source {
            case .whole(let bytes):
                source = .whole([])
                return bytes.isEmpty ? nil : bytes
            case .channel(let channel):
                do {
                    return try await channel.next()
                } catch let error as CoreError {
                    throw Self.translate(error)
                }
            }
        }

        private static func translate(_ error: CoreError) -> any Error {
            switch error.status {
            case .timeout: HTTPError(.requestTimeout)
            case .limit: HTTPError(.contentTooLarge)
            case .malformed: HTTPError(.badRequest)
            default: CancellationError()
            }
        }
    }
}
