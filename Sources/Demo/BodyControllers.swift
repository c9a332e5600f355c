import HTTPTypes
import Martlet

/// Reports the body that it received, whole.
struct BodyController: Controller {
    private struct Report: Encodable {
        let method: String
        let contentType: String?
        let bytes: Int
    }

    func handle(_ request: borrowing Request, _ response: inout Response) throws {
        let report = Report(
            method: request.method.rawValue, contentType: request.fields[.contentType],
            bytes: request.body.count)
        try response.send(json: report)
    }
}

/// Sends the body back while it still arrives.
struct EchoController: AsyncController {
    func handle(_ request: borrowing Request, _ response: inout Response) async throws {
        let body = request.bodyStream
        response.fields[.contentType] = request.fields[.contentType] ?? "application/octet-stream"
        try await response.stream(length: request.contentLength) { writer in
            for try await piece in body { try await writer.write(piece) }
        }
    }
}

/// Counts the bytes of a body of any length.
struct UploadController: AsyncController {
    private struct Report: Encodable {
        let bytes: Int
    }

    func handle(_ request: borrowing Request, _ response: inout Response) async throws {
        var bytes = 0
        for try await piece in request.bodyStream { bytes += piece.count }
        try response.send(json: Report(bytes: bytes))
    }
}
