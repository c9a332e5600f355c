extension Server {
    /// Listens and accepts. Returns when the server runs. Whoever starts a server awaits ``stop()`` or
    /// ``waitUntilStopped()`` in the end, which let its handlers go.
    ///
    /// - Throws: ``ConfigurationError``, ``RoutingError`` or ``ServerError``; the description of each is a sentence
    ///   for a person.
    public func start() async throws {
        try await BlockingWork.run { Result { try control.startBlocking(assemble) } }.get()
    }

    /// Where the server listens; see ``ServerControl/addresses``.
    public var addresses: [String] { control.addresses }

    /// The port it listens on; see ``ServerControl/port``.
    public var port: Int? { control.port }

    /// The counters; see ``ServerControl/statistics``.
    public var statistics: Statistics { control.statistics }

    /// Begins a graceful end; see ``ServerControl/drain(deadline:)``.
    public func drain(deadline: Duration? = nil) { control.drain(deadline: deadline) }

    /// Cuts what is open; see ``ServerControl/stop()``.
    public func stop() async { await control.stop() }

    /// Returns when the server has stopped; see ``ServerControl/waitUntilStopped()``.
    public func waitUntilStopped() async throws { try await control.waitUntilStopped() }

    /// Serves one connection without a socket: `input` is all that its peer ever sends; returned is all that was
    /// answered.
    package func inject(_ input: [UInt8]) async throws -> [UInt8] {
        guard let engine = control.engine else {
            throw ServerError(.invalidState, "The server is not running.")
        }
        return try await withCheckedThrowingContinuation { continuation in
            do throws(CoreError) {
                try engine.inject(input) { continuation.resume(returning: $0) }
            } catch {
                continuation.resume(throwing: ServerError(error))
            }
        }
    }
}
