private import ServiceLifecycle
private import UnixSignals

extension Server {
    /// Starts, and returns when the server has stopped. As a `Service`: a graceful shutdown, and likewise a cancelled
    /// task, drains the server.
    ///
    /// - Throws: as ``start()``.
    public func run() async throws {
        try await start()
        try await serve()
    }

    private func serve() async throws {
        try await withTaskCancellationHandler {
            try await withGracefulShutdownHandler {
                try await control.waitUntilStopped()
            } onGracefulShutdown: {
                control.drain()
            }
        } onCancel: {
            control.drain()
        }
    }

    /// Runs until the process gets SIGINT or SIGTERM, which drains the server; a second one cuts what is left. For
    /// programs that are nothing but this server. `whenRunning` is called once it accepts, for a banner that names
    /// its ``addresses``.
    ///
    /// - Throws: as ``start()``.
    public func runUntilSignal(whenRunning: () -> Void = {}) async throws {
        // Trapped before the start: a signal that comes meanwhile is not lost.
        let signals = await Self.trapSignals()
        let watcher = Task { await watch(signals) }
        defer { watcher.cancel() }
        try await start()
        whenRunning()
        try await serve()
    }

    /// As the async `runUntilSignal()`, for programs without Swift concurrency: blocks the calling thread.
    ///
    /// - Throws: as ``start()``.
    @available(*, noasync, message: "It blocks its thread; await runUntilSignal() instead.")
    public func runBlocking() throws {
        let watcher = Task { await watch(Self.trapSignals()) }
        defer { watcher.cancel() }
        try control.startBlocking(assemble)
        try control.waitBlocking()
    }

    private static func trapSignals() async -> UnixSignalsSequence {
        await UnixSignalsSequence(trapping: .sigint, .sigterm)
    }

    private func watch(_ signals: UnixSignalsSequence) async {
        var isFirst = true
        for await _ in signals {
            if isFirst { control.drain() } else { await control.stop() }
            isFirst = false
        }
    }
}
