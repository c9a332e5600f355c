import NIOCore
import NIOHTTP1

/// Answers one request after another on one connection; it lives on that connection's event loop.
final class Routes: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private static let hello = ByteBuffer(staticString: "Hello, World!")
    private static let piece = ByteBuffer(repeating: 0x78, count: 65536)

    private var head: HTTPRequestHead?
    private var bodyBytes = 0
    /// Of a download: what has not been written yet.
    private var bytesLeft = 0
    private var isSending = false

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            bodyBytes = 0
        case .body(let piece):
            bodyBytes += piece.readableBytes
        case .end:
            guard let head else { return }
            answer(head, context)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) { context.flush() }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { goOnSending(context) }
        context.fireChannelWritabilityChanged()
    }

    private func answer(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        let download = "/download/"
        switch (head.method, head.uri) {
        case (.GET, "/hello"): send(Self.hello, to: head, context)
        case (.POST, "/echo-size"), (.POST, "/upload"):
            send(ByteBuffer(string: String(bodyBytes)), to: head, context)
        case (.GET, let uri) where uri.hasPrefix(download):
            startSending(Int(uri.dropFirst(download.count)) ?? 0, to: head, context)
        default: send(ByteBuffer(string: "Not found\n"), to: head, status: .notFound, context)
        }
    }

    private func writeHead(
        length: Int, to request: HTTPRequestHead, status: HTTPResponseStatus, _ context: ChannelHandlerContext
    ) {
        var fields: HTTPHeaders = [
            "content-type": "text/plain; charset=utf-8", "content-length": String(length),
        ]
        if request.version == .http1_0, request.isKeepAlive {
            fields.add(name: "connection", value: "keep-alive")
        }
        let head = HTTPResponseHead(version: request.version, status: status, headers: fields)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
    }

    private func send(
        _ body: ByteBuffer, to request: HTTPRequestHead, status: HTTPResponseStatus = .ok,
        _ context: ChannelHandlerContext
    ) {
        writeHead(length: body.readableBytes, to: request, status: status, context)
        context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
        end(request, context)
    }

    private func startSending(_ bytes: Int, to request: HTTPRequestHead, _ context: ChannelHandlerContext) {
        writeHead(length: bytes, to: request, status: .ok, context)
        bytesLeft = bytes
        goOnSending(context)
        if bytes == 0 { end(request, context) }
    }

    /// Writes while the channel takes it. A flush may call back here; then the first call goes on.
    private func goOnSending(_ context: ChannelHandlerContext) {
        guard !isSending, bytesLeft > 0, let head else { return }
        isSending = true
        while bytesLeft > 0, context.channel.isWritable {
            let count = min(bytesLeft, Self.piece.readableBytes)
            guard let piece = Self.piece.getSlice(at: 0, length: count) else { break }
            bytesLeft -= count
            context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(piece))), promise: nil)
        }
        isSending = false
        guard bytesLeft == 0 else { return }
        end(head, context)
        context.flush()
    }

    private func end(_ request: HTTPRequestHead, _ context: ChannelHandlerContext) {
        let channel = context.channel
        let written = request.isKeepAlive ? nil : context.eventLoop.makePromise(of: Void.self)
        written?.futureResult.whenComplete { _ in channel.close(promise: nil) }
        context.write(wrapOutboundOut(.end(nil)), promise: written)
    }
}
