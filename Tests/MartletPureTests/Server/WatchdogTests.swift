import MartletEngine
import Synchronization
import Testing

@testable import MartletPure

/// A reactor that runs what the test says, and a log that the test reads.
private final class Stage: Sendable {
    let running = Mutex<(route: Route?, serial: UInt64)>((nil, 0))
    let lines = Mutex<[String]>([])
    let told: Tally

    init() throws { told = try Tally() }

    func begin(_ route: Route?) { running.withLock { $0 = (route, $0.serial + 1) } }

    func watch(level: CoreLogLevel = .debug, limit: UInt64 = 20) throws -> Watchdog {
        let log = CoreLogSink(level: level) { _, line in
            self.lines.withLock { $0.append(line) }
            self.told.raise()
        }
        return try unsafe Watchdog(reactors: 1, limit: limit, log: log) { _ in
            unsafe self.running.withLock { running in
                unsafe (running.route.map { unsafe .passUnretained($0) }, running.serial)
            }
        }
    }
}

@Suite(.timeLimit(.minutes(10))) struct WatchdogTests {
    private func pause(milliseconds: UInt64) {
        let end = Clock.monotonicMilliseconds + milliseconds
        while Clock.monotonicMilliseconds < end { yieldThread() }
    }

    @Test func `names a handler that holds its reactor, once`() throws {
        let stage = try Stage()
        let route = Route("/slow/{x}")
        stage.begin(route)
        let watchdog = try stage.watch()
        #expect(stage.told.reaches(1))
        pause(milliseconds: 60)
        #expect(
            stage.lines.withLock { $0 } == [
                "the handler of route /slow/{x} has held reactor 0 for over 20 ms; register it on the workers if it blocks"
            ])
        stage.begin(nil)
        stage.begin(route)
        #expect(stage.told.reaches(2))
        watchdog.stop()
        #expect(stage.lines.withLock { $0.count } == 2)
    }

    @Test func `names the fallback, too`() throws {
        let stage = try Stage()
        let fallback = Route(fallback: HandlerBox())
        stage.begin(fallback)
        let watchdog = try stage.watch()
        #expect(stage.told.reaches(1))
        watchdog.stop()
        #expect(stage.lines.withLock { $0.first?.hasPrefix("the handler of the fallback has held") } == true)
    }

    @Test func `adds up no handlers that come and go`() throws {
        let stage = try Stage()
        let route = Route("/quick")
        let watchdog = try stage.watch(limit: 100)
        var longest = 0 as UInt64
        let end = Clock.monotonicMilliseconds + 300
        while Clock.monotonicMilliseconds < end {
            let begin = Clock.monotonicMilliseconds
            stage.begin(route)
            while Clock.monotonicMilliseconds < begin + 2 { yieldThread() }
            stage.begin(route)
            longest = max(longest, Clock.monotonicMilliseconds - begin)
        }
        stage.begin(nil)
        watchdog.stop()
        // Where the machine itself has held the test up, the watchdog is right.
        #expect(stage.lines.withLock { $0.isEmpty } || longest >= 100)
    }

    @Test func `says nothing to a log that wants no warnings`() throws {
        let stage = try Stage()
        let route = Route("/slow")
        stage.begin(route)
        let watchdog = try stage.watch(level: .error)
        pause(milliseconds: 60)
        watchdog.stop()
        #expect(stage.lines.withLock { $0.isEmpty })
    }

    @Test func `knows its own thread, and ends twice`() throws {
        let stage = try Stage()
        let watchdog = try stage.watch()
        #expect(!watchdog.isCurrent)
        watchdog.stop()
        watchdog.stop()
        #expect(!watchdog.isCurrent)
    }
}
