import NIOCore
import NIOHTTP1
import NIOPosix

/// SwiftNIO's own HTTP/1 pipeline with one event loop and nothing around it: RawNIO PORT.
@main
struct RawNIO {
    static func main() throws {
        let port = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 8080
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 4096)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    // Without the parts for upgrades and error answers, which cost and are not asked for here.
                    try pipeline.configureHTTPServerPipeline(
                        withPipeliningAssistance: true, withErrorHandling: false)
                    try pipeline.addHandler(Routes())
                }
            }
            .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
        try bootstrap.bind(host: "127.0.0.1", port: port).wait().closeFuture.wait()
    }
}
