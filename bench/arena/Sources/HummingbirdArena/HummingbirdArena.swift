import ArenaKit
import Hummingbird
import Logging
import NIOPosix

/// The arena's routes on Hummingbird 2, with a quiet log: HummingbirdArena PORT EVENT-LOOPS FOLDER.
@main
struct HummingbirdArena {
    static func main() async throws {
        let arguments = Array(CommandLine.arguments.dropFirst())
        guard arguments.count == 3, let port = Int(arguments[0]), let loops = Int(arguments[1]) else {
            print("usage: HummingbirdArena PORT EVENT-LOOPS FOLDER")
            return
        }
        var logger = Logger(label: "arena")
        logger.logLevel = .critical
        let application = Application(
            router: try routes(folder: arguments[2]),
            configuration: .init(address: .hostname("127.0.0.1", port: port), backlog: 4096),
            eventLoopGroupProvider: .shared(MultiThreadedEventLoopGroup(numberOfThreads: loops)),
            logger: logger)
        try await application.runService()
    }

    private static func routes(folder: String) throws -> Router<BasicRequestContext> {
        // A GET route answers HEAD too, as it does in Martlet.
        let router = Router(options: .autoGenerateHeadEndpoints)
        router.get("/baseline11") { request, _ in String(request.querySum) }
        router.post("/baseline11") { request, _ in
            let body = try await request.body.collect(upTo: 1 << 20)
            let number = body.withUnsafeReadableBytes { Numbers.integer($0.bindMemory(to: UInt8.self).span) }
            return String(request.querySum &+ (number ?? 0))
        }
        router.get("/pipeline") { _, _ in "ok" }
        let items = Items(catalogue: try Catalogue(folder: folder))
        router.get("/json/:count") { request, context in try items.response(to: request, context) }
        router.post("/upload") { request, _ in
            var bytes = 0
            for try await piece in request.body { bytes += piece.readableBytes }
            return String(bytes)
        }
        let files = StaticFiles(folder: StaticFolder(folder: folder))
        router.get("/static/:file") { request, context in try await files.response(to: request, context) }
        return router
    }
}
