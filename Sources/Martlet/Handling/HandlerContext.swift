private import HTTPTypes
internal import Logging

/// What every handler of one server shares; looked at only when something goes wrong.
final class HandlerContext: Sendable {
    private let logger: Logger
    private let errorHandler: ErrorHandler?
    /// Where the engine logs; async exchanges keep it.
    let log: CoreLogSink

    init(logger: Logger, log: CoreLogSink, errorHandler: ErrorHandler?) {
        self.logger = logger
        self.log = log
        self.errorHandler = errorHandler
    }

    /// Turns what a handler threw into an answer.
    func answer(_ error: any Error, _ request: borrowing Request, _ response: inout Response) {
        let method = request.method.rawValue
        let target = request.target
        let known = error as? HTTPError
        if known == nil {
            logger.error("a handler failed", metadata: metadata(method, target, "\(error)"))
        }
        response.begin(error: known ?? HTTPError(.internalServerError))
        let report = ErrorReport(
            status: response.status, message: known?.message ?? response.status.text, error: error,
            method: method, target: target)
        fill(report, &response)
        if let failure = response.failure { noteFailure(failure, method: method, target: target) }
    }

    /// Notes an error answer that could not be filled.
    func noteFailure(_ failure: ResponseError, method: String, target: String) {
        logger.error("an error answer failed", metadata: metadata(method, target, "\(failure)"))
    }

    /// Notes an error that comes too late to be answered: the response's head is out.
    func noteLate(_ error: any Error, _ request: borrowing Request) {
        let method = request.method.rawValue
        logger.error(
            "a handler failed behind its response's head; a stream without its end is cut",
            metadata: metadata(method, request.target, "\(error)"))
    }

    /// Notes that the engine did not let a request be handled.
    func noteRefusal(_ error: CoreError) {
        logger.error("a request could not be handled", metadata: ["error": "\(error.message)"])
    }

    private func fill(_ report: ErrorReport, _ response: inout Response) {
        guard let errorHandler else { return response.send("\(report.message)\n") }
        errorHandler(report, &response)
    }

    private func metadata(_ method: String, _ target: String, _ error: String) -> Logger.Metadata {
        ["method": "\(method)", "target": "\(target)", "error": "\(error)"]
    }
}

/// Fills the answers that the engine itself makes with what the application wants in them.
struct EngineErrorHandler: CoreErrorHandler {
    let handler: ErrorHandler
    let context: HandlerContext

    func handle(status: Int, method: String?, target: String?, _ core: consuming CoreResponse) {
        let status = HTTPResponse.Status(code: status)
        let report = ErrorReport(
            status: status, message: status.text, error: nil, method: method, target: target)
        var response = Response(core)
        handler(report, &response)
        if let failure = response.failure {
            context.noteFailure(failure, method: method ?? "", target: target ?? "")
        }
    }
}
