import Martlet

/// Counts a body's bytes while they arrive.
struct Upload: AsyncController {
    func handle(_ request: borrowing Request, _ response: inout Response) async throws {
        var bytes = 0
        for try await piece in request.bodyStream { bytes += piece.count }
        response.send(String(bytes))
    }
}
