/// Where a synchronous handler runs.
public enum Executor: Sendable {
    /// On the event loop that read the request. The handler must not block.
    case reactor
    /// On a worker thread, where the handler may block. When all are busy and the queue is full, the answer is 503 with
    /// Retry-After.
    case workers
}

/// How an async handler gets the request's body.
public enum BodyDelivery: Sendable {
    /// The handler is called once the whole body is there.
    case whole
    /// The handler is called after the header section and reads ``Request/bodyStream``.
    case stream
}
