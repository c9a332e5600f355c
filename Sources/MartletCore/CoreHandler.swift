/// What answers requests. One call into Swift for each.
package protocol CoreHandler: Sendable {
    func handle(_ request: consuming CoreRequest, _ response: consuming CoreResponse)
}

/// What fills the error answers that the engine itself makes. Method and target are nil when the request could not
/// be parsed.
package protocol CoreErrorHandler: Sendable {
    func handle(status: Int, method: String?, target: String?, _ response: consuming CoreResponse)
}

/// What the engine keeps as a route's `user_data`. A class with one virtual method, so that a trampoline has one
/// indirect call to make and nothing to retain.
class CoreHandlerBox {
    func handle(_ request: OpaquePointer, _ response: OpaquePointer) {}
}

final class CoreHandlerBoxOf<Handler: CoreHandler>: CoreHandlerBox {
    private let handler: Handler

    init(_ handler: Handler) { self.handler = handler }

    override func handle(_ request: OpaquePointer, _ response: OpaquePointer) {
        unsafe handler.handle(CoreRequest(request), CoreResponse(response))
    }
}

final class CoreErrorHandlerBox {
    let handler: any CoreErrorHandler

    init(_ handler: any CoreErrorHandler) { self.handler = handler }
}
