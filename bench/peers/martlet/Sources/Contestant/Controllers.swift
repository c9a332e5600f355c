import Martlet

struct Hello: Controller {
    func handle(_ request: borrowing Request, _ response: inout Response) {
        response.send(static: "Hello, World!")
    }
}

/// The same, by a function that may suspend.
struct AsyncHello: AsyncController {
    func handle(_ request: borrowing Request, _ response: inout Response) async {
        response.send(static: "Hello, World!")
    }
}

/// Reads twenty parameters and answers how many bytes they have.
struct Parameters: Controller {
    static let names = "abcdefghijklmnopqrst".map { String($0) }
    static let pattern = "/p" + names.map { "/{\($0)}" }.joined()
    private let names = Self.names

    func handle(_ request: borrowing Request, _ response: inout Response) {
        var bytes = 0
        for name in names { bytes += request.parameters.bytes(of: name)?.count ?? 0 }
        response.send(String(bytes))
    }
}

/// Reads the whole body and answers how many bytes it has.
struct EchoSize: Controller {
    func handle(_ request: borrowing Request, _ response: inout Response) {
        response.send(String(request.body.count))
    }
}

/// Counts a body's bytes while they arrive.
struct Upload: AsyncController {
    func handle(_ request: borrowing Request, _ response: inout Response) async throws {
        var bytes = 0
        for try await piece in request.bodyStream { bytes += piece.count }
        response.send(String(bytes))
    }
}

/// Sends as many bytes as the path says, of which few exist at a time.
struct Download: AsyncController {
    private let piece = [UInt8](repeating: 0x78, count: 65536)

    func handle(_ request: borrowing Request, _ response: inout Response) async throws {
        let bytes: Int = try request.parameters.require("bytes")
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

extension Server {
    mutating func addRoutes() {
        get("/hello", Hello())
        get("/worker", on: .workers, Hello())
        get("/async", AsyncHello())
        get(Parameters.pattern, Parameters())
        post("/echo-size", maxBodyBytes: 16 << 20, EchoSize())
    }

    mutating func addAsyncRoutes() {
        get("/hello", AsyncHello())
    }

    mutating func addStreams() {
        post("/upload", body: .stream, maxBodyBytes: .max, Upload())
        get("/download/{bytes}", Download())
    }
}
