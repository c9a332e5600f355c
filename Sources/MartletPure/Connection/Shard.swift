internal import MartletEngine
internal import Synchronization

/// One reactor's share of the server: its connections, exchanges, scratch memory, counters and Date line.
///
/// Thread: its reactor's, or before that runs any one; unless a member says otherwise. Exchanges that the host still holds
/// keep it alive after the server is gone. What each request touches is not checked for exclusive access at run time: those
/// checks would be a good third of a request's instructions.
@safe
final class Shard: Ticked, @unchecked Sendable {
    /// What is read at once.
    static let scratchBytes = 65536
    private static let outBytes = 65536 + 8192
    /// Exchanges that are kept for the next requests.
    static let freeExchangesLimit = 64
    /// How often the Date line is looked at while there are connections, at least.
    private static let clockMilliseconds: UInt32 = 500

    let reactor: Reactor
    let shared: Shared
    let index: Int
    let counters = Counters()

    /// What is read.
    let scratch: UnsafeMutableRawBufferPointer
    /// What is written, before it is sent.
    @safe @exclusivity(unchecked) var out = ByteBuffer(minimumCapacity: outBytes)
    /// The Date and Server lines that every response has, and the second they are of.
    @safe @exclusivity(unchecked) private(set) var preset = ByteBuffer()
    @safe @exclusivity(unchecked) private(set) var presetSecond: Int64 = -1

    /// The one whose event is being served: `out` is its. Not retained: it is among `connections`, or the reactor's event.
    @exclusivity(unchecked) private unowned(unsafe) var unsafeServing: Connection?
    /// What may still be sent to it in this turn.
    @safe @exclusivity(unchecked) var turnBytes = 0
    /// Those to settle after it.
    @safe @exclusivity(unchecked) var unsettled: Connection?
    /// Something became possible for the one that is served.
    @safe @exclusivity(unchecked) var isTouched = false
    /// The list of unsettled connections is being worked through.
    @safe @exclusivity(unchecked) var isSettling = false

    @safe @exclusivity(unchecked) var freeExchanges: [Exchange] = []
    /// Exchanges that their host has let go, which serve again once nobody else has them.
    @safe @exclusivity(unchecked) var returnedExchanges: [Exchange] = []

    @safe @exclusivity(unchecked) private(set) var connections: [Connection] = []
    @safe @exclusivity(unchecked) private(set) var listeners: [Listener] = []
    @safe @exclusivity(unchecked) private(set) var isDraining = false
    /// The drain's deadline has passed: whoever comes now is turned away.
    @safe @exclusivity(unchecked) private(set) var isCut = false
    /// The reactor was told to quit, or never ran.
    @safe @exclusivity(unchecked) private(set) var isEnded = false

    private let drainTimer: ShardTimer
    /// Keeps the clock ticking while there are connections.
    private let clockTimer: ShardTimer

    // Any thread's.
    private let drainRequest: DrainRequest
    /// Sockets on their way to other shards, which may come back.
    let handedOver = Atomic<Int>(0)
    /// The route whose handler holds the reactor.
    private let running = unsafe Atomic<Unmanaged<Route>?>(nil)
    /// One more for each handler's run.
    private let runningSerial = Atomic<UInt64>(0)

    init(_ shared: Shared, index: Int) throws(CoreError) {
        self.shared = shared
        self.index = index
        reactor = try Reactor()
        unsafe scratch = .allocate(byteCount: Self.scratchBytes, alignment: 64)
        drainTimer = ShardTimer()
        clockTimer = ShardTimer()
        drainRequest = DrainRequest()
        freeExchanges.reserveCapacity(Self.freeExchangesLimit)
        returnedExchanges.reserveCapacity(Self.freeExchangesLimit)
        drainTimer.expired = { [unowned self] in cutAll() }
        clockTimer.expired = { [unowned self] in keepClock() }
        reactor.ticked = self
        tick()
    }

    deinit { unsafe scratch.deallocate() }

    /// The connection whose event is being served: `out` is its.
    var serving: Connection? {
        get { unsafe unsafeServing }
        set { unsafe unsafeServing = newValue }
    }

    // MARK: The Date line

    /// The Date line is of this second.
    func tick() {
        let now = Clock.wallSeconds
        if now != presetSecond { writePreset(now) }
    }

    private func writePreset(_ now: Int64) {
        preset.removeAll()
        preset.append("Date: ")
        HTTPDate.append(now, to: &preset)
        preset.append("\r\n")
        presetSecond = now
        if shared.configuration.serverName.isEmpty { return }
        preset.append("Server: ")
        shared.configuration.serverName.withOctets { preset.append($0) }
        preset.append("\r\n")
    }

    private func keepClock() {
        if !connections.isEmpty { reactor.setTimer(clockTimer, after: Self.clockMilliseconds) }
    }

    // MARK: Connections

    func add(_ connection: Connection) {
        connection.index = connections.count
        connections.append(connection)
        if connections.count > 1 { return }
        keepClock()
        tick()
    }

    func remove(_ connection: Connection) {
        let index = connection.index
        let last = connections.removeLast()
        if last !== connection {
            connections[index] = last
            last.index = index
        }
        connection.index = -1
    }

    // MARK: Listeners

    func add(_ listener: Listener) { listeners.append(listener) }

    func remove(_ listener: Listener) { listeners.removeAll { $0 === listener } }

    /// A connection closed: listeners that paused at a limit go on.
    func resumeListeners() {
        if listeners.isEmpty || shared.isFull { return }
        for listener in listeners { listener.resume() }
    }

    // MARK: The handler that runs. The watchdog reads it from its own thread.

    func beginHandler(_ match: borrowing Match) {
        runningSerial.store(runningSerial.load(ordering: .relaxed) &+ 1, ordering: .relaxed)
        unsafe running.store(match.unsafeRoute, ordering: .releasing)
    }

    func endHandler() { unsafe running.store(nil, ordering: .relaxed) }

    /// Thread: any.
    var runningHandler: (route: Unmanaged<Route>?, serial: UInt64) {
        let route = unsafe running.load(ordering: .acquiring)
        return unsafe (route, runningSerial.load(ordering: .relaxed))
    }

    // MARK: The end

    /// Stops accepting, closes idle connections, and quits the reactor when none is left; after that time those left are
    /// cut. May be called again with a shorter one.
    func drain(deadlineMilliseconds delay: UInt32) {
        let isFirst = !isDraining
        isDraining = true
        while let listener = listeners.last { listener.finish() }
        reactor.refreshClock()
        if delay == 0 {
            cutAll()
        } else {
            setDrainTimer(delay)
            if isFirst { drainConnections() }
        }
        checkDrained()
    }

    /// As `drain`, on its reactor, soon. nil: the deadline stays as it is. Thread: any.
    func requestDrain(deadlineMilliseconds: UInt32?) {
        drainRequest.post(deadlineMilliseconds, to: self)
    }

    /// Whether a drain was asked for. Thread: any.
    var isDrainAsked: Bool { drainRequest.isAsked }

    /// Quits the reactor when a drain has nothing left to wait for.
    func checkDrained() {
        let isWaiting =
            !connections.isEmpty || !listeners.isEmpty
            || handedOver.load(ordering: .sequentiallyConsistent) > 0
        if !isDraining || isWaiting { return }
        isEnded = true
        reactor.quit()
    }

    /// Serves on the calling thread until a drain is over. Once.
    func run() throws(CoreError) {
        defer { close() }
        try reactor.run()
    }

    /// Closes what a shard whose reactor does not run, and never will again, still holds open, and the way to it. Thread:
    /// any one.
    func close() {
        isEnded = true
        while let listener = listeners.last { listener.close() }
        while let connection = connections.last { connection.close() }
        reactor.closeMailbox()
        freeExchanges = []
        returnedExchanges = []
    }

    private func setDrainTimer(_ delay: UInt32) {
        if let deadline = drainTimer.timerDeadline, deadline <= reactor.now + UInt64(delay) { return }
        reactor.setTimer(drainTimer, after: delay)
    }

    /// Every connection is asked once.
    private func drainConnections() {
        for connection in connections where connection.index >= 0 { connection.drain() }
    }

    private func cutAll() {
        isCut = true
        // Who is only waited for to close, or never asked, loses nothing.
        let cut = connections.count { !$0.isIdle && !$0.isLingering }
        shared.cutConnections.add(cut, ordering: .sequentiallyConsistent)
        shared.cutRequests.add(Int(counters.requestsActive.value), ordering: .sequentiallyConsistent)
        while let connection = connections.last { connection.close() }
        checkDrained()
    }
}

/// A timer of a shard's own.
private final class ShardTimer: EventSource, @unchecked Sendable {
    var expired: () -> Void = {}

    override func timeIsUp() { expired() }
}

/// A drain, as any thread asks for it.
private final class DrainRequest: Message, @unchecked Sendable {
    private static let none = Int(UInt32.max)

    /// The shortest asked for. With a sign: `min` of Swift 6.3 compares those without as if they had one.
    private let deadline = Atomic<Int>(none)
    private let isPosted = Atomic<Bool>(false)
    /// While it is posted.
    private var shard: Shard?

    var isAsked: Bool { deadline.load(ordering: .sequentiallyConsistent) != Self.none }

    func post(_ milliseconds: UInt32?, to shard: Shard) {
        if let milliseconds { deadline.min(Int(milliseconds), ordering: .sequentiallyConsistent) }
        if isPosted.exchange(true, ordering: .sequentiallyConsistent) { return }
        self.shard = shard
        if !shard.reactor.post(self) { self.shard = nil }
    }

    override func deliver() {
        let shard = shard.take()
        isPosted.store(false, ordering: .sequentiallyConsistent)
        let milliseconds = deadline.load(ordering: .sequentiallyConsistent)
        shard?.drain(deadlineMilliseconds: UInt32(milliseconds))
    }
}
