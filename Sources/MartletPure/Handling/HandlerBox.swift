/// What answers requests. One call for each.
package protocol CoreHandler: Sendable {
    func handle(_ request: consuming CoreRequest, _ response: consuming CoreResponse)
}

/// What fills the error answers that the engine itself makes. Method and target are nil when the request could not
/// be parsed.
package protocol CoreErrorHandler: Sendable {
    func handle(status: Int, method: String?, target: String?, _ response: consuming CoreResponse)
}

/// What a route keeps of its handler: a class with one method, so that a request costs one indirect call and no
/// existential.
class HandlerBox: @unchecked Sendable {
    func handle(_ exchange: Exchange) {}
}

final class HandlerBoxOf<Handler: CoreHandler>: HandlerBox, @unchecked Sendable {
    private let handler: Handler

    init(_ handler: Handler) { self.handler = handler }

    override func handle(_ exchange: Exchange) {
        handler.handle(CoreRequest(exchange), CoreResponse(exchange))
    }
}

/// What the server keeps of the application's error handler.
final class ErrorHandlerBox: @unchecked Sendable {
    private let handler: any CoreErrorHandler

    init(_ handler: any CoreErrorHandler) { self.handler = handler }

    func handle(status: Int, method: String?, target: String?, _ response: consuming CoreResponse) {
        handler.handle(status: status, method: method, target: target, response)
    }
}
