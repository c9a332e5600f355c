extension Server {
    /// As `start()`, but on `listeners`, which may be none: a test's ports are its own affair.
    package func start(on listeners: [Configuration.Listener]) async throws {
        try await BlockingWork.run {
            Result { try control.startBlocking { try assemble(on: listeners) } }
        }.get()
    }
}
