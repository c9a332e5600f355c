private import HTTPTypes

// The methods' own names, for an async closure. Parameters as for `on(_:_:body:maxBodyBytes:_:)`.
extension RouteBuilder {
    /// Registers an async closure for GET; it answers HEAD too, unless HEAD has a route of its own.
    public mutating func get(
        _ pattern: String, body: BodyDelivery = .whole, maxBodyBytes: Int? = nil,
        _ handler: @escaping AsyncHandler
    ) {
        on(.get, pattern, body: body, maxBodyBytes: maxBodyBytes, handler)
    }

    /// Registers an async closure for HEAD.
    public mutating func head(
        _ pattern: String, body: BodyDelivery = .whole, maxBodyBytes: Int? = nil,
        _ handler: @escaping AsyncHandler
    ) {
        on(.head, pattern, body: body, maxBodyBytes: maxBodyBytes, handler)
    }

    /// Registers an async closure for POST.
    public mutating func post(
        _ pattern: String, body: BodyDelivery = .whole, maxBodyBytes: Int? = nil,
        _ handler: @escaping AsyncHandler
    ) {
        on(.post, pattern, body: body, maxBodyBytes: maxBodyBytes, handler)
    }

    /// Registers an async closure for PUT.
    public mutating func put(
        _ pattern: String, body: BodyDelivery = .whole, maxBodyBytes: Int? = nil,
        _ handler: @escaping AsyncHandler
    ) {
        on(.put, pattern, body: body, maxBodyBytes: maxBodyBytes, handler)
    }

    /// Registers an async closure for PATCH.
    public mutating func patch(
        _ pattern: String, body: BodyDelivery = .whole, maxBodyBytes: Int? = nil,
        _ handler: @escaping AsyncHandler
    ) {
        on(.patch, pattern, body: body, maxBodyBytes: maxBodyBytes, handler)
    }

    /// Registers an async closure for DELETE.
    public mutating func delete(
        _ pattern: String, body: BodyDelivery = .whole, maxBodyBytes: Int? = nil,
        _ handler: @escaping AsyncHandler
    ) {
        on(.delete, pattern, body: body, maxBodyBytes: maxBodyBytes, handler)
    }

    /// Registers an async closure for OPTIONS.
    public mutating func options(
        _ pattern: String, body: BodyDelivery = .whole, maxBodyBytes: Int? = nil,
        _ handler: @escaping AsyncHandler
    ) {
        on(.options, pattern, body: body, maxBodyBytes: maxBodyBytes, handler)
    }
}
