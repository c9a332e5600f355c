private import HTTPTypes

// The methods' own names, for an async controller. Parameters as for `on(_:_:body:maxBodyBytes:_:)`.
extension RouteBuilder {
    /// Registers an async controller for GET; it answers HEAD too, unless HEAD has a route of its own.
    public mutating func get(
        _ pattern: String, body: BodyDelivery = .whole, maxBodyBytes: Int? = nil,
        _ controller: some AsyncController
    ) {
        on(.get, pattern, body: body, maxBodyBytes: maxBodyBytes, controller)
    }

    /// Registers an async controller for HEAD.
    public mutating func head(
        _ pattern: String, body: BodyDelivery = .whole, maxBodyBytes: Int? = nil,
        _ controller: some AsyncController
    ) {
        on(.head, pattern, body: body, maxBodyBytes: maxBodyBytes, controller)
    }

    /// Registers an async controller for POST.
    public mutating func post(
        _ pattern: String, body: BodyDelivery = .whole, maxBodyBytes: Int? = nil,
        _ controller: some AsyncController
    ) {
        on(.post, pattern, body: body, maxBodyBytes: maxBodyBytes, controller)
    }

    /// Registers an async controller for PUT.
    public mutating func put(
        _ pattern: String, body: BodyDelivery = .whole, maxBodyBytes: Int? = nil,
        _ controller: some AsyncController
    ) {
        on(.put, pattern, body: body, maxBodyBytes: maxBodyBytes, controller)
    }

    /// Registers an async controller for PATCH.
    public mutating func patch(
        _ pattern: String, body: BodyDelivery = .whole, maxBodyBytes: Int? = nil,
        _ controller: some AsyncController
    ) {
        on(.patch, pattern, body: body, maxBodyBytes: maxBodyBytes, controller)
    }

    /// Registers an async controller for DELETE.
    public mutating func delete(
        _ pattern: String, body: BodyDelivery = .whole, maxBodyBytes: Int? = nil,
        _ controller: some AsyncController
    ) {
        on(.delete, pattern, body: body, maxBodyBytes: maxBodyBytes, controller)
    }

    /// Registers an async controller for OPTIONS.
    public mutating func options(
        _ pattern: String, body: BodyDelivery = .whole, maxBodyBytes: Int? = nil,
        _ controller: some AsyncController
    ) {
        on(.options, pattern, body: body, maxBodyBytes: maxBodyBytes, controller)
    }
}
