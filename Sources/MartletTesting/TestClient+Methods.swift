public import HTTPTypes

extension TestClient {
    /// Sends GET.
    public func get(_ target: String, fields: HTTPFields = [:]) async throws -> TestResponse {
        try await send(.get, target, fields: fields)
    }

    /// Sends HEAD.
    public func head(_ target: String, fields: HTTPFields = [:]) async throws -> TestResponse {
        try await send(.head, target, fields: fields)
    }

    /// Sends POST.
    public func post(
        _ target: String, fields: HTTPFields = [:], body: TestBody? = nil
    ) async throws -> TestResponse {
        try await send(.post, target, fields: fields, body: body)
    }

    /// Sends PUT.
    public func put(
        _ target: String, fields: HTTPFields = [:], body: TestBody? = nil
    ) async throws -> TestResponse {
        try await send(.put, target, fields: fields, body: body)
    }

    /// Sends PATCH.
    public func patch(
        _ target: String, fields: HTTPFields = [:], body: TestBody? = nil
    ) async throws -> TestResponse {
        try await send(.patch, target, fields: fields, body: body)
    }

    /// Sends DELETE.
    public func delete(_ target: String, fields: HTTPFields = [:]) async throws -> TestResponse {
        try await send(.delete, target, fields: fields)
    }

    /// Sends OPTIONS.
    public func options(_ target: String, fields: HTTPFields = [:]) async throws -> TestResponse {
        try await send(.options, target, fields: fields)
    }
}
