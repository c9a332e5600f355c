import Hummingbird
import Logging
import NIOPosix

/// Hummingbird 2 with one event loop, no middleware and a quiet log: Birds PORT.
@main
struct Birds {
    static let names = "abcdefghijklmnopqrst".map { String($0) }
    static let piece = ByteBuffer(repeating: 0x78, count: 65536)

    static func main() async throws {
        let port = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 8080
        var logger = Logger(label: "birds")
        logger.logLevel = .critical
        let application = Application(
            router: routes(),
            configuration: .init(address: .hostname("127.0.0.1", port: port), backlog: 4096),
            eventLoopGroupProvider: .shared(MultiThreadedEventLoopGroup(numberOfThreads: 1)),
            logger: logger)
        try await application.runService()
    }

    static func routes() -> Router<BasicRequestContext> {
        let router = Router()
        router.get("/hello") { _, _ in "Hello, World!" }
        router.get(RouterPath("/p/" + names.map { ":\($0)" }.joined(separator: "/"))) { _, context in
            var bytes = 0
            for name in names { bytes += context.parameters.get(name)?.utf8.count ?? 0 }
            return String(bytes)
        }
        router.post("/echo-size") { request, _ in
            String(try await request.body.collect(upTo: 16 << 20).readableBytes)
        }
        router.post("/upload") { request, _ in
            var bytes = 0
            for try await piece in request.body { bytes += piece.readableBytes }
            return String(bytes)
        }
        router.get("/download/:bytes") { _, context in
            download(try context.parameters.require("bytes", as: Int.self))
        }
        return router
    }

    static func download(_ bytes: Int) -> Response {
        let body = ResponseBody(contentLength: bytes) { writer in
            var left = bytes
            while left > 0, let piece = piece.getSlice(at: 0, length: min(left, piece.readableBytes)) {
                try await writer.write(piece)
                left -= piece.readableBytes
            }
            try await writer.finish(nil)
        }
        return Response(status: .ok, body: body)
    }
}
