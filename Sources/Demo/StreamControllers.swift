import HTTPTypes
import Martlet

/// Sends `count` server-sent events, one every `ms` milliseconds.
struct EventsController: AsyncController {
    func handle(_ request: borrowing Request, _ response: inout Response) async throws {
        let count = try request.number("count", in: 1...3600, else: 10)
        let milliseconds = try request.number("ms", in: 0...60_000, else: 1000)
        response.fields[.contentType] = "text/event-stream"
        response.fields[.cacheControl] = "no-store"
        try await response.stream { writer in
            for number in 1...count {
                if number > 1 { try await Task.sleep(for: .milliseconds(milliseconds)) }
                try await writer.write("id: \(number)\ndata: event \(number) of \(count)\n\n")
            }
        }
    }
}

/// Sends `bytes` bytes, of which only a few exist at a time.
struct DownloadController: AsyncController {
    private static let pattern = Array("0123456789abcdef".utf8)
    private let piece = (0..<65536).map { pattern[$0 % pattern.count] }

    func handle(_ request: borrowing Request, _ response: inout Response) async throws {
        let bytes = try request.number("bytes", in: 0...1_000_000_000_000, else: 1_048_576)
        response.fields[.contentType] = "application/octet-stream"
        try await response.stream(length: bytes) { writer in
            var left = bytes
            while left > 0 {
                let count = min(left, piece.count)
                try await writer.write(count == piece.count ? piece : Array(piece.prefix(count)))
                left -= count
            }
        }
    }
}
