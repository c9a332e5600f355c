import Testing

@testable import MartletPure

private let start: UInt64 = 1_000_000
private let tick = TimerWheel.tickMilliseconds
private let turn = TimerWheel.slots * tick

/// A wheel, and the time that the test says it is.
private final class Clockwork {
    var wheel = TimerWheel(now: start)
    private(set) var now = start
    private(set) var fired: [(name: String, after: UInt64)] = []
    /// What a timer's owner does when it fires.
    var actions: [String: (Clockwork) -> Void] = [:]

    func set(_ probe: Probe, after delay: UInt64) { wheel.set(probe, to: now + delay) }

    func advance(by milliseconds: UInt64) {
        now += milliseconds
        wheel.advance(to: now)
        while let source = wheel.popDue(at: now) {
            let name = (source as? Probe)?.name ?? ""
            fired.append((name, now - start))
            actions[name]?(self)
        }
    }

    func walk(to milliseconds: UInt64, step: UInt64 = tick) {
        while now - start < milliseconds { advance(by: step) }
    }

    var names: [String] { fired.map { $0.name } }
}

private final class Probe: EventSource, @unchecked Sendable {
    let name: String

    init(_ name: String = "") {
        self.name = name
        super.init()
    }
}

@Suite struct TimerWheelTests {
    @Test(
        arguments: [
            (0, tick), (1, tick), (tick - 1, tick), (tick, tick), (tick + 1, 2 * tick), (2 * tick, 2 * tick),
            (turn - 1, turn), (turn, turn), (turn + 1, turn + tick), (3 * turn + 7, 3 * turn + tick),
        ] as [(UInt64, UInt64)])
    func `expires at the first tick that is not before the deadline`(delay: UInt64, expected: UInt64) {
        let work = Clockwork()
        let probe = Probe()
        work.set(probe, after: delay)
        work.walk(to: expected + 2 * tick)
        #expect(work.fired.map(\.after) == [expected])
        #expect(probe.timerDeadline == nil)
    }

    @Test func `a timer that is moved further out is not called before`() {
        let work = Clockwork()
        let probe = Probe()
        for _ in 0..<50 {
            work.set(probe, after: 3 * tick)
            work.advance(by: tick)
        }
        #expect(work.fired.isEmpty)
        work.walk(to: 60 * tick)
        #expect(work.fired.map(\.after) == [52 * tick])
    }

    @Test func `a timer that is moved nearer is called then, and once`() {
        let work = Clockwork()
        let probe = Probe()
        work.set(probe, after: 100 * tick)
        work.set(probe, after: 2 * tick)
        work.walk(to: 200 * tick)
        #expect(work.fired.map(\.after) == [2 * tick])
    }

    @Test func `a timer that is cleared is not called; clearing again is harmless`() {
        let work = Clockwork()
        let probe = Probe()
        work.set(probe, after: tick)
        work.wheel.clear(probe)
        work.wheel.clear(probe)
        work.walk(to: 5 * tick)
        #expect(work.fired.isEmpty)
        #expect(work.wheel.count == 0)
    }

    @Test func `a suspended machine's gap calls each timer once`() {
        let work = Clockwork()
        let probes = (0..<300).map { Probe("\($0)") }
        for (index, probe) in probes.enumerated() { work.set(probe, after: UInt64(index) * 7 * tick) }
        work.advance(by: 10 * turn)
        #expect(Set(work.names).count == 300)
        #expect(work.fired.count == 300)
        #expect(work.wheel.count == 0)
    }

    @Test func `who is called may clear another that is due`() {
        let work = Clockwork()
        let (one, other) = (Probe("one"), Probe("other"))
        work.actions = ["one": { $0.wheel.clear(other) }, "other": { $0.wheel.clear(one) }]
        work.set(one, after: tick)
        work.set(other, after: tick)
        work.walk(to: 3 * tick)
        #expect(work.fired.count == 1)
    }

    @Test func `who is called may set its timer again, also for now`() {
        let work = Clockwork()
        let probe = Probe("again")
        work.actions["again"] = { if $0.fired.count < 3 { $0.set(probe, after: 0) } }
        work.set(probe, after: tick)
        work.walk(to: 9 * tick)
        #expect(work.fired.map(\.after) == [tick, 2 * tick, 3 * tick])
    }

    @Test func `who is called may free itself and others`() {
        let work = Clockwork()
        var owned: [Probe]? = (0..<10).map { Probe("\($0)") }
        for probe in owned ?? [] {
            work.set(probe, after: tick)
            work.actions[probe.name] = { work in
                for probe in owned ?? [] { work.wheel.clear(probe) }
                owned = nil
            }
        }
        work.walk(to: 3 * tick)
        #expect(work.fired.count == 1)
        #expect(work.wheel.count == 0)
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `agrees with a list of deadlines, whatever is set, moved and cleared`(seed: UInt64) {
        var random = Dice(seed)
        let work = Clockwork()
        let probes = (0..<40).map { Probe("\($0)") }
        var model: [String: UInt64] = [:]
        for _ in 0..<3000 {
            let probe = probes[Int(random.roll(40))]
            switch random.roll(4) {
            case 0:
                work.wheel.clear(probe)
                model[probe.name] = nil
            case 1:
                let before = work.fired.count
                work.advance(by: random.roll(3 * tick))
                let due = model.filter { ($0.value + tick - 1) / tick <= work.now / tick }
                // What was set for a tick that has been looked at waits for the next.
                let fired = Set(work.fired[before...].map(\.name))
                #expect(fired.isSubset(of: due.keys))
                #expect(fired.allSatisfy { (model[$0] ?? .max) <= work.now })
                for name in fired { model[name] = nil }
            default:
                let delay = random.roll(2 * turn)
                work.set(probe, after: delay)
                model[probe.name] = work.now + delay
            }
        }
        let before = work.fired.count
        work.walk(to: work.now - start + 3 * turn)
        #expect(Set(work.fired[before...].map(\.name)) == Set(model.keys))
        #expect(work.wheel.count == 0)
    }
}

/// Numbers that look random, the same for the same seed.
struct Dice {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    /// 0 to `sides` - 1.
    mutating func roll(_ sides: UInt64) -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state % sides
    }
}
