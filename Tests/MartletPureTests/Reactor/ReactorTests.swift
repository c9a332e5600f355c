import Synchronization
import Testing

@testable import MartletPure

/// A source that notes what it is told, and may do something then.
private final class Listening: EventSource, @unchecked Sendable {
    var told: [Readiness] = []
    var expirations = 0
    var whenReady: (Listening, Readiness) -> Void = { _, _ in }
    var whenTimeIsUp: () -> Void = {}

    override func ready(_ readiness: Readiness) {
        told.append(readiness)
        whenReady(self, readiness)
    }

    override func timeIsUp() {
        expirations += 1
        whenTimeIsUp()
    }
}

private final class Errand: Message, @unchecked Sendable {
    private let work: @Sendable () -> Void

    init(_ work: @escaping @Sendable () -> Void) {
        self.work = work
        super.init()
    }

    override func deliver() { work() }
}

/// A reactor that ends by itself when a test forgets to end it.
private func run(_ reactor: Reactor, guardMilliseconds: UInt32 = 10000) throws {
    let guardian = Listening()
    guardian.whenTimeIsUp = { reactor.quit() }
    reactor.setTimer(guardian, after: guardMilliseconds)
    try reactor.run()
    reactor.clearTimer(guardian)
    #expect(guardian.expirations == 0, "nobody ended the reactor")
}

@Suite(.timeLimit(.minutes(1))) struct ReactorTests {
    let reactor: Reactor

    init() throws { reactor = try Reactor() }

    // MARK: Descriptors

    @Test func `tells of readiness as long as it lasts, and only of what is waited for`() throws {
        let (pair, source) = (try SocketPair(), Listening())
        try reactor.watch(source, pair.near, .read)
        pair.say()
        source.whenReady = { [reactor] source, _ in
            if source.told.count < 3 { return }
            _ = pair.hear()
            reactor.forget(source)
            reactor.quit()
        }
        try run(reactor)
        #expect(source.told == [.read, .read, .read])
    }

    @Test func `tells of room to write, and of both at once`() throws {
        let (pair, source) = (try SocketPair(), Listening())
        pair.say()
        try reactor.watch(source, pair.near, [.read, .write])
        var seen: Readiness = []
        source.whenReady = { [reactor] source, ready in
            seen.formUnion(ready)
            if seen == [.read, .write] { reactor.quit() }
        }
        try run(reactor)
        #expect(seen == [.read, .write])
        reactor.forget(source)
    }

    @Test func `with no interest it tells nothing, also not of the peer's end`() throws {
        let (pair, source, other) = (try SocketPair(), Listening(), Listening())
        try reactor.watch(source, pair.near, .read)
        try reactor.watch(source, pair.near, [])
        pair.say()
        Socket.finishOutput(pair.far)
        other.whenTimeIsUp = { [reactor] in reactor.quit() }
        reactor.setTimer(other, after: 50)
        try run(reactor)
        #expect(source.told.isEmpty)
        try reactor.watch(source, pair.near, .read)
        reactor.forget(source)
    }

    @Test func `a source that is forgotten is told no event of the same batch`() throws {
        let pairs = try (0..<8).map { _ in try SocketPair() }
        let sources = pairs.map { _ in Listening() }
        for (pair, source) in zip(pairs, sources) {
            pair.say()
            try reactor.watch(source, pair.near, .read)
            source.whenReady = { [reactor] _, _ in
                for source in sources { reactor.forget(source) }
                reactor.quit()
            }
        }
        try run(reactor)
        #expect(sources.map(\.told.count).reduce(0, +) == 1)
    }

    @Test func `a source may go while it is told, with others of its batch`() throws {
        let pairs = try (0..<8).map { _ in try SocketPair() }
        var sources = pairs.map { _ in Listening() }
        let told = Atomic<Int>(0)
        for (pair, source) in zip(pairs, sources) {
            pair.say()
            try reactor.watch(source, pair.near, .read)
            source.whenReady = { [reactor] _, _ in
                told.add(1, ordering: .relaxed)
                for source in sources { reactor.forget(source) }
                sources = []
                reactor.quit()
            }
        }
        try run(reactor)
        #expect(told.load(ordering: .relaxed) == 1)
    }

    @Test func `a descriptor that cannot be watched is refused`() throws {
        let source = Listening()
        #expect(throws: (any Error).self) { try reactor.watch(source, 1_000_000, .read) }
        #expect(source.watched == [])
    }

    // MARK: Messages

    @Test func `delivers messages of other threads on its own`() throws {
        let sum = Atomic<Int>(0)
        let reactor = reactor
        let poster = OwnThread(named: "test-poster") {
            for number in 1...1000 {
                _ = reactor.post(
                    Errand {
                        sum.add(reactor.isCurrent ? number : 1_000_000, ordering: .relaxed)
                        if number == 1000 { reactor.quit() }
                    })
            }
        }
        try run(reactor)
        poster?.join()
        #expect(sum.load(ordering: .relaxed) == 500_500)
        #expect(!reactor.isCurrent)
    }

    @Test func `once it has ended it refuses messages, and has delivered all others`() throws {
        let taken = Atomic<Int>(0)
        let delivered = Atomic<Int>(0)
        let reactor = reactor
        let posters = (0..<3).compactMap { index in
            OwnThread(named: "test-\(index)") {
                for number in 0..<100_000 {
                    let isTaken = reactor.post(
                        Errand {
                            delivered.add(1, ordering: .relaxed)
                            if number == 500 { reactor.quit() }
                        })
                    if !isTaken { return }
                    taken.add(1, ordering: .relaxed)
                }
            }
        }
        try run(reactor)
        for poster in posters { poster.join() }
        #expect(delivered.load(ordering: .relaxed) == taken.load(ordering: .relaxed))
        #expect(!reactor.post(Errand {}))
    }

    @Test func `one that never runs delivers at its end`() throws {
        let delivered = Atomic<Int>(0)
        #expect(reactor.post(Errand { delivered.add(1, ordering: .relaxed) }))
        reactor.closeMailbox()
        #expect(delivered.load(ordering: .relaxed) == 1)
        #expect(!reactor.post(Errand {}))
    }

    @Test func `may be told to quit before it runs`() throws {
        reactor.quit()
        try reactor.run()
    }

    // MARK: Time

    @Test(arguments: [0, 30, 100, 250] as [UInt32])
    func `a timer is never early, and at most two ticks late`(delay: UInt32) throws {
        let source = Listening()
        let begin = Clock.monotonicMilliseconds
        source.whenTimeIsUp = { [reactor] in reactor.quit() }
        reactor.setTimer(source, after: delay)
        try run(reactor)
        let passed = Clock.monotonicMilliseconds - begin
        #expect(passed >= UInt64(delay))
        // What a busy machine adds is no fault.
        #expect(passed < UInt64(delay) + 2 * TimerWheel.tickMilliseconds + 2000)
    }

    @Test func `ticks while a timer is set, and sleeps when none is`() throws {
        final class Metronome: Ticked {
            var ticks = 0
            func tick() { ticks += 1 }
        }
        let (metronome, source) = (Metronome(), Listening())
        reactor.ticked = metronome
        source.whenTimeIsUp = { [reactor] in reactor.quit() }
        reactor.setTimer(source, after: 350)
        try reactor.run()
        #expect((3...8).contains(metronome.ticks))
    }

    @Test func `its clock is fresh at each tick`() throws {
        let source = Listening()
        var ages: [UInt64] = []
        source.whenTimeIsUp = { [reactor] in
            ages.append(Clock.monotonicMilliseconds - reactor.now)
            if ages.count == 3 { reactor.quit() } else { reactor.setTimer(source, after: 50) }
        }
        reactor.setTimer(source, after: 50)
        try run(reactor)
        #expect(ages.allSatisfy { $0 < TimerWheel.tickMilliseconds })
    }

    // MARK: Its end

    @Test func `leaves no descriptor open`() throws {
        let before = openDescriptors()
        for _ in 0..<100 {
            let reactor = try Reactor()
            _ = reactor.post(Errand { reactor.quit() })
            try reactor.run()
        }
        // Other tests may have opened some meanwhile.
        #expect(openDescriptors() < before + 100)
    }
}
