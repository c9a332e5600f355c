internal import MartletEngine
internal import Synchronization

/// One request and its one response; knows nothing of HTTP/1 but the parser's state that it lodges.
///
/// Life: taken from its shard when a request's first octet arrives, held by its connection, by a worker's job, by the
/// mailbox and by the host's `CoreExchange`; given back to the shard when its turn is over and nobody else has it.
///
/// Thread: what `isDetached` and the atomics do not guard belongs to the reactor, but for the response, which is whose
/// handler fills it. A handler on another thread has the exchange handed over and back through a queue or a mailbox,
/// which is what orders the two. What a request touches is not checked for exclusive access at run time: those checks
/// were two fifths of its instructions.
@safe
final class Exchange: Message, @unchecked Sendable {
    let shard: Shard

    // The request.
    @safe @exclusivity(unchecked) var head: Head
    @safe @exclusivity(unchecked) var match = Match()
    @safe @exclusivity(unchecked) var peer = PeerAddress.none
    /// Where the head's message begins: in the reactor's scratch, the connection's input, or in `kept`.
    @exclusivity(unchecked) var base: UnsafePointer<UInt8>?
    /// The body as the handler gets it: in the scratch, in `kept` or in `whole`.
    @exclusivity(unchecked) var body = unsafe UnsafeBufferPointer<UInt8>(start: nil, count: 0)
    /// Decoded parameters.
    @safe @exclusivity(unchecked) var decoded = ByteBuffer()
    /// Head and body of an exchange that outlives its read.
    @safe @exclusivity(unchecked) var kept = ByteBuffer()
    /// A body that is gathered.
    @safe @exclusivity(unchecked) var whole = ByteBuffer()
    var trailers: Trailers?

    /// What the server's own answers are laid together in.
    @safe @exclusivity(unchecked) var notes = ByteBuffer()
    /// Its handler's run on a worker; made once.
    var job: HandlerJob?

    // The response.
    @safe @exclusivity(unchecked) var response = ResponseState()

    // The reactor's.
    @exclusivity(unchecked) private unowned(unsafe) var unsafeConnection: Connection?
    /// Behind this one on its connection.
    @safe @exclusivity(unchecked) var next: Exchange?
    @safe @exclusivity(unchecked) var parser = HeadParser()
    @safe @exclusivity(unchecked) var progress = Progress()
    @safe @exclusivity(unchecked) var reading = BodyReading()
    @safe @exclusivity(unchecked) var stream = StreamState()
    var bodyChannel: CoreBodyChannel?

    // The handler's, then the writer's; the reactor looks at them once it was told of a stream, or at the end.
    var isDeferred = false
    var writing = StreamWriting()

    // Any thread's.
    let events = Mutex<CoreExchangeEvents?>(nil)
    let phase = Atomic<UInt8>(Phase.filling.rawValue)
    let signals = Atomic<UInt8>(0)
    let isCancelled = Atomic<Bool>(false)
    let wantsDrain = Atomic<Bool>(false)
    let hasTurn = Atomic<Bool>(false)
    let operations = Atomic<Int>(0)
    let unsent = Atomic<Int>(0)

    init(_ shard: Shard) {
        self.shard = shard
        head = Head(fieldCapacity: Int(shard.shared.configuration.maxHeaderFields))
        super.init()
    }

    deinit { response.dropFile() }

    /// nil once the two are parted. Not retained: it outlives that.
    var connection: Connection? {
        get { unsafe unsafeConnection }
        set { unsafe unsafeConnection = newValue }
    }

    override func deliver() { deliverSignals() }
}

/// Who may do what with the response; moves forward only.
enum Phase: UInt8 {
    /// The handler, or whoever holds the exchange, fills it.
    case filling
    /// Whole.
    case completed
    /// Its head is settled, its body is being written.
    case streaming
    /// Its body is whole.
    case ended
}

/// Where the octets of a request's body go.
enum Sink {
    case none
    /// Gathered for the handler.
    case whole
    /// Handed to the handler's channel.
    case stream
    /// Counted and dropped.
    case discard
}

/// The trailer section of a request; only of those that have one.
final class Trailers {
    var head: Head
    var octets = ByteBuffer()
    var isComplete = false

    init(fieldCapacity: Int) { head = Head(fieldCapacity: fieldCapacity) }
}

extension Exchange {
    /// How far the exchange has come, by its reactor.
    struct Progress {
        /// The handler runs on the reactor right now.
        var isInHandler = false
        /// The head lives in `kept`.
        var isDetached = false
        /// The response may be sent …
        var isReady = false
        /// … and its head was.
        var isHeadSent = false
        /// It was sent in full, or never will be.
        var isFinished = false
        /// The handler has asked for the body's pieces; settled when it returns.
        var hasAskedForBody = false
        /// The connection may go on after this response.
        var keepsAlive = false
        /// The client waits for 100.
        var owesContinue = false
        /// The request could be parsed.
        var hasHead = false
    }

    /// A request's body as it is read.
    struct BodyReading {
        var sink = Sink.none
        var isPaused = false
        /// The status that says how the body broke off; 0: it did not.
        var failure = 0
        /// Of a request with Content-Length.
        var left: UInt64 = 0
        var received: UInt64 = 0
        var limit: UInt64 = 0
        /// When the present measurement of the transfer rate began, and what had been received then.
        var sinceMilliseconds: UInt64 = 0
        var since: UInt64 = 0
        var chunked = ChunkedDecoder()
    }

    /// A response that is written piece by piece.
    struct StreamState {
        /// The stream's start has arrived on the reactor …
        var hasStarted = false
        /// … and its end.
        var isWhole = false
        /// Octets before it is this exchange's turn.
        var pending = OutputQueue()
        /// Octets here and not yet known to be sent.
        var unsettled = 0
    }

    /// … and what its writer knows of it. A property of its own: two threads must not change parts of one.
    struct StreamWriting {
        /// HEAD, 204, 205, 304: the stream's octets are dropped.
        var isDiscarded = false
        /// More was written than was announced.
        var hasOverrun = false
        /// nil: not known before.
        var length: UInt64?
        /// Of an announced length.
        var left: UInt64 = 0
    }
}
