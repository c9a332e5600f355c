internal import MartletEngine
internal import Synchronization

/// From a complete head to the handler that answers it: RFC 9110 §9, §15.5.6, §15.6.2.
enum Service {
    /// Finds the route, or answers at once. Thread: reactor.
    static func route(_ exchange: Exchange) {
        let method = exchange.head.method
        if method == .connect {
            // CONNECT is for proxies: RFC 9110 §9.3.6. What stands behind it may be meant for the tunnel, so that it is
            // not read as a request.
            exchange.progress.keepsAlive = false
            answer(exchange, 501)
        } else if method == .unknown {
            answer(exchange, 501)
        } else if isMisdirected(exchange) {
            answer(exchange, 421)
        } else if exchange.head.targetForm == .asterisk {
            answerOptions(exchange, exchange.shard.shared.router.methods)
        } else {
            findRoute(exchange)
        }
    }

    /// The request is as complete as its route asks: runs the handler, here or on a worker. Thread: reactor.
    static func run(_ exchange: Exchange) {
        if exchange.match.runsOnWorker { runOnWorker(exchange) } else { runInline(exchange) }
    }

    /// Replaces whatever the response holds by the error answer for `status`. Thread: the response's.
    static func fail(_ exchange: Exchange, _ status: Int) {
        exchange.response.reset()
        if status == 503 { exchange.addField("Retry-After", "1") }
        fillError(exchange, status)
    }

    // MARK: Answers of the server's own

    private static func fillError(_ exchange: Exchange, _ status: Int) {
        exchange.response.status = status
        exchange.response.isSet = true
        guard let box = exchange.shard.shared.errorHandler else { return writeDefaultBody(exchange, status) }
        let isKnown = exchange.progress.hasHead
        box.handle(
            status: status,
            method: isKnown ? String(decoding: exchange.octets(exchange.head.methodName)) : nil,
            target: isKnown ? String(decoding: exchange.octets(exchange.head.target)) : nil,
            CoreResponse(exchange))
    }

    private static func writeDefaultBody(_ exchange: Exchange, _ status: Int) {
        exchange.notes.removeAll()
        exchange.notes.appendDecimal(UInt64(status))
        exchange.notes.append(UInt8(ascii: " "))
        exchange.notes.append(StatusLine.reason(status))
        exchange.notes.append(UInt8(ascii: "\n"))
        exchange.addField("Content-Type", "text/plain; charset=utf-8")
        unsafe exchange.response.copyBody(Span(_unsafeElements: exchange.notes.unsafeOctets))
    }

    private static func makeReady(_ exchange: Exchange) {
        _ = exchange.advance(.filling, .completed)
        exchange.progress.isReady = true
    }

    private static func answer(_ exchange: Exchange, _ status: Int) {
        fail(exchange, status)
        makeReady(exchange)
    }

    private static func addAllow(_ exchange: Exchange, _ allowed: UInt32) {
        let mask = allowed | 1 << CoreMethod.options.rawValue
        exchange.notes.removeAll()
        for method in CoreMethod.allCases where method != .unknown && mask & 1 << method.rawValue != 0 {
            if !exchange.notes.isEmpty { exchange.notes.append(", ") }
            exchange.notes.append(method.token)
        }
        exchange.addField("Allow")
    }

    private static func answerOptions(_ exchange: Exchange, _ allowed: UInt32) {
        exchange.response.status = 204
        exchange.response.isSet = true
        addAllow(exchange, allowed)
        makeReady(exchange)
    }

    private static func answerNotAllowed(_ exchange: Exchange, _ allowed: UInt32) {
        exchange.response.reset()
        addAllow(exchange, allowed)
        fillError(exchange, 405)
        makeReady(exchange)
    }

    // MARK: Finding the route

    /// A resource of https is nobody's to ask for without TLS: RFC 9110 §7.4. Origin-form names no scheme.
    private static func isMisdirected(_ exchange: Exchange) -> Bool {
        guard exchange.head.targetForm == .absolute else { return false }
        return exchange.octets(exchange.head.target)[4] != UInt8(ascii: ":")
    }

    private static func findRoute(_ exchange: Exchange) {
        if isEvasive(exchange) { return answer(exchange, 400) }
        exchange.findRoute()
        if exchange.match.isMalformed { return answer(exchange, 400) }
        if exchange.match.hasRoute { return }
        let allowed = exchange.match.allowed
        if allowed == 0 { return takeFallback(exchange) }
        if exchange.head.method == .options { return answerOptions(exchange, allowed) }
        answerNotAllowed(exchange, allowed)
    }

    /// Nobody's browser sends dot segments (RFC 3986 §6.2.2.3), and no pattern has them: what is left is a try to get out
    /// of a folder. Most paths hold no dot at all.
    private static func isEvasive(_ exchange: Exchange) -> Bool {
        let path = exchange.path
        guard exchange.head.pathNeedsDecoding || Words.contains(path, UInt8(ascii: ".")) else { return false }
        return Target.hasDotSegment(path)
    }

    private static func takeFallback(_ exchange: Exchange) {
        guard let fallback = exchange.shard.shared.fallback else { return answer(exchange, 404) }
        exchange.response.status = 404
        exchange.match.take(fallback)
    }

    // MARK: Running it

    private static func runInline(_ exchange: Exchange) {
        exchange.shard.beginHandler(exchange.match)
        exchange.progress.isInHandler = true
        exchange.match.handle(exchange)
        exchange.progress.isInHandler = false
        exchange.shard.endHandler()
        exchange.handlerReturned()
    }

    private static func runOnWorker(_ exchange: Exchange) {
        exchange.detach()
        let job = exchange.job ?? HandlerJob()
        exchange.job = job
        job.exchange = exchange
        if exchange.shard.shared.executor?.submit(job) ?? false { return }
        job.exchange = nil
        exchange.shard.counters.workerRejections.add(1)
        answer(exchange, 503)
    }
}

/// A handler's run on a worker.
final class HandlerJob: Job, @unchecked Sendable {
    /// While it is submitted.
    var exchange: Exchange?

    /// Behind the deadline nothing more is begun: what waits would hold up the server's end, for no one.
    override func run() {
        guard let exchange = exchange.take() else { return }
        if exchange.shard.shared.isOver { return }
        exchange.match.handle(exchange)
        exchange.handlerReturned()
    }
}
