public import Martlet

extension Server {
    /// Starts the server for as long as `body` runs, and hands it a client.
    ///
    /// ```swift
    /// try await server.test(.inProcess) { client in
    ///     let response = try await client.get("/hello")
    ///     #expect(response.status == .ok)
    ///     #expect(response.text == "Hello, World!")
    /// }
    /// ```
    ///
    /// The transport replaces the listeners of the configuration. A server starts only once, and so does its test.
    ///
    /// - Throws: as `start()`, and what `body` throws.
    @discardableResult
    public func test<Result>(
        _ transport: TestTransport = .inProcess, _ body: (TestClient) async throws -> Result
    ) async throws -> Result {
        try await start(on: transport == .socket ? [.tcp(host: "127.0.0.1", port: 0)] : [])
        do {
            let result = try await body(try client(transport))
            await stop()
            return result
        } catch {
            await stop()
            throw error
        }
    }

    private func client(_ transport: TestTransport) throws -> TestClient {
        switch transport {
        case .inProcess: TestClient(inProcess: self)
        case .socket: try TestClient(address: addresses.first ?? "")
        }
    }
}
