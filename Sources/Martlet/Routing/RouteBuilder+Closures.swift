private import HTTPTypes

// The methods' own names, for a closure. Parameters as for `on(_:_:on:maxBodyBytes:_:)`.
extension RouteBuilder {
    /// Registers a closure for GET; it answers HEAD too, unless HEAD has a route of its own.
    public mutating func get(
        _ pattern: String, on executor: Executor = .reactor, maxBodyBytes: Int? = nil,
        _ handler: @escaping Handler
    ) {
        on(.get, pattern, on: executor, maxBodyBytes: maxBodyBytes, handler)
    }

    /// Registers a closure for HEAD.
    public mutating func head(
        _ pattern: String, on executor: Executor = .reactor, maxBodyBytes: Int? = nil,
        _ handler: @escaping Handler
    ) {
        on(.head, pattern, on: executor, maxBodyBytes: maxBodyBytes, handler)
    }

    /// Registers a closure for POST.
    public mutating func post(
        _ pattern: String, on executor: Executor = .reactor, maxBodyBytes: Int? = nil,
        _ handler: @escaping Handler
    ) {
        on(.post, pattern, on: executor, maxBodyBytes: maxBodyBytes, handler)
    }

    /// Registers a closure for PUT.
    public mutating func put(
        _ pattern: String, on executor: Executor = .reactor, maxBodyBytes: Int? = nil,
        _ handler: @escaping Handler
    ) {
        on(.put, pattern, on: executor, maxBodyBytes: maxBodyBytes, handler)
    }

    /// Registers a closure for PATCH.
    public mutating func patch(
        _ pattern: String, on executor: Executor = .reactor, maxBodyBytes: Int? = nil,
        _ handler: @escaping Handler
    ) {
        on(.patch, pattern, on: executor, maxBodyBytes: maxBodyBytes, handler)
    }

    /// Registers a closure for DELETE.
    public mutating func delete(
        _ pattern: String, on executor: Executor = .reactor, maxBodyBytes: Int? = nil,
        _ handler: @escaping Handler
    ) {
        on(.delete, pattern, on: executor, maxBodyBytes: maxBodyBytes, handler)
    }

    /// Registers a closure for OPTIONS.
    public mutating func options(
        _ pattern: String, on executor: Executor = .reactor, maxBodyBytes: Int? = nil,
        _ handler: @escaping Handler
    ) {
        on(.options, pattern, on: executor, maxBodyBytes: maxBodyBytes, handler)
    }
}
