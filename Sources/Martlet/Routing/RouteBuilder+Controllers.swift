private import HTTPTypes

// The methods' own names, for a controller. Parameters as for `on(_:_:on:maxBodyBytes:_:)`.
extension RouteBuilder {
    /// Registers a controller for GET; it answers HEAD too, unless HEAD has a route of its own.
    public mutating func get(
        _ pattern: String, on executor: Executor = .reactor, maxBodyBytes: Int? = nil,
        _ controller: some Controller
    ) {
        on(.get, pattern, on: executor, maxBodyBytes: maxBodyBytes, controller)
    }

    /// Registers a controller for HEAD.
    public mutating func head(
        _ pattern: String, on executor: Executor = .reactor, maxBodyBytes: Int? = nil,
        _ controller: some Controller
    ) {
        on(.head, pattern, on: executor, maxBodyBytes: maxBodyBytes, controller)
    }

    /// Registers a controller for POST.
    public mutating func post(
        _ pattern: String, on executor: Executor = .reactor, maxBodyBytes: Int? = nil,
        _ controller: some Controller
    ) {
        on(.post, pattern, on: executor, maxBodyBytes: maxBodyBytes, controller)
    }

    /// Registers a controller for PUT.
    public mutating func put(
        _ pattern: String, on executor: Executor = .reactor, maxBodyBytes: Int? = nil,
        _ controller: some Controller
    ) {
        on(.put, pattern, on: executor, maxBodyBytes: maxBodyBytes, controller)
    }

    /// Registers a controller for PATCH.
    public mutating func patch(
        _ pattern: String, on executor: Executor = .reactor, maxBodyBytes: Int? = nil,
        _ controller: some Controller
    ) {
        on(.patch, pattern, on: executor, maxBodyBytes: maxBodyBytes, controller)
    }

    /// Registers a controller for DELETE.
    public mutating func delete(
        _ pattern: String, on executor: Executor = .reactor, maxBodyBytes: Int? = nil,
        _ controller: some Controller
    ) {
        on(.delete, pattern, on: executor, maxBodyBytes: maxBodyBytes, controller)
    }

    /// Registers a controller for OPTIONS.
    public mutating func options(
        _ pattern: String, on executor: Executor = .reactor, maxBodyBytes: Int? = nil,
        _ controller: some Controller
    ) {
        on(.options, pattern, on: executor, maxBodyBytes: maxBodyBytes, controller)
    }
}
