internal import HTTPTypes

extension HTTPResponse.Status {
    /// "404 Not Found": what an error answer says when nobody has something better.
    var text: String { reason.isEmpty ? "\(code)" : "\(code) \(reason)" }

    /// A status that was made from its code alone carries no phrase.
    private var reason: String {
        if !reasonPhrase.isEmpty { return reasonPhrase }
        return Self.errors.first { $0.code == code }?.reasonPhrase ?? ""
    }

    private static let errors: [Self] = [
        .badRequest, .unauthorized, .forbidden, .notFound, .methodNotAllowed, .notAcceptable,
        .proxyAuthenticationRequired, .requestTimeout, .conflict, .gone, .lengthRequired,
        .preconditionFailed, .contentTooLarge, .uriTooLong, .unsupportedMediaType, .rangeNotSatisfiable,
        .expectationFailed, .misdirectedRequest, .unprocessableContent, .tooEarly, .upgradeRequired,
        .preconditionRequired, .tooManyRequests, .requestHeaderFieldsTooLarge, .unavailableForLegalReasons,
        .internalServerError, .notImplemented, .badGateway, .serviceUnavailable, .gatewayTimeout,
        .httpVersionNotSupported, .networkAuthenticationRequired,
    ]
}
