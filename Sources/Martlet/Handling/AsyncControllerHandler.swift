/// Runs an async controller for the engine: the exchange is kept, a task starts on the spot, and the answer goes out
/// when it ends, from whatever thread it ends on.
///
/// A class, and not generic: each task captures it, which so costs a reference and no look at a type's description.
final class AsyncControllerHandler: CoreHandler {
    private let controller: any AsyncController
    private let streamsBody: Bool
    private let context: HandlerContext

    init(_ controller: any AsyncController, streamsBody: Bool, _ context: HandlerContext) {
        self.controller = controller
        self.streamsBody = streamsBody
        self.context = context
    }

    func handle(_ request: consuming CoreRequest, _ response: consuming CoreResponse) {
        do {
            let exchange = try request.defer(body: streamsBody ? CoreBodyChannel() : nil, log: context.log)
            let task = start(exchange)
            exchange.onCancel { task.cancel() }
        } catch {
            context.noteRefusal(error)
        }
    }

    private func start(_ exchange: CoreExchange) -> Task<Void, Never> {
        if #available(macOS 26.0, iOS 26.0, tvOS 26.0, watchOS 26.0, visionOS 26.0, *) {
            return Task.immediate { await self.run(exchange) }
        }
        return Task { await self.run(exchange) }
    }

    private func run(_ exchange: CoreExchange) async {
        guard let request = exchange.request, let response = exchange.response else { return }
        await run(exchange, Request(request), Response(response))
        exchange.body?.abandon()
    }

    private func run(
        _ exchange: CoreExchange, _ request: consuming Request, _ response: consuming Response
    ) async {
        do {
            try await controller.handle(request, &response)
            if let failure = response.failure { throw failure }
        } catch {
            // The peer has left, or has ended its sending amid the body: nothing of ours to log.
            let isLeft = exchange.isCancelled || exchange.body?.isClosedByPeer == true
            // Left without its end, the stream is cut: the peer must not take it for complete.
            if response.isStreaming { return isLeft ? () : context.noteLate(error, request) }
            if isLeft { return exchange.giveUp() }
            context.answer(error, request, &response)
        }
        if !response.isStreaming { _ = exchange.complete() }
    }
}
