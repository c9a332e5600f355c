private import Synchronization

/// The way of all copies of a writer to their exchange, until the stream ends.
///
/// A stream without its end is cut by letting go of its exchange: a writer that somebody has kept must not hold it.
final class ResponseStream: Sendable {
    private let open: Mutex<CoreExchange?>

    init(_ exchange: CoreExchange) { open = Mutex(exchange) }

    var exchange: CoreExchange? { open.withLock { $0 } }

    func close() {
        // Let go of behind the lock: what goes with it is not ours to know.
        _ = open.withLock { $0.take() }
    }
}
