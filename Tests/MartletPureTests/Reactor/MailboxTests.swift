import Synchronization
import Testing

@testable import MartletPure

/// A message that notes its delivery, and may do something then.
private final class Note: Message, @unchecked Sendable {
    let number: Int
    private let deliveries: Deliveries
    private let then: (() -> Void)?

    init(_ number: Int, _ deliveries: Deliveries, then: (() -> Void)? = nil) {
        self.number = number
        self.deliveries = deliveries
        self.then = then
        super.init()
        deliveries.alive.add(1, ordering: .relaxed)
    }

    deinit { deliveries.alive.subtract(1, ordering: .relaxed) }

    override func deliver() {
        deliveries.numbers.append(number)
        then?()
    }
}

private final class Deliveries: @unchecked Sendable {
    let mailbox = Mailbox()
    /// The consumer's.
    var numbers: [Int] = []
    private(set) var batches = 0
    let alive = Atomic<Int>(0)

    func takeBatch() {
        let before = numbers.count
        mailbox.deliver()
        if numbers.count > before { batches += 1 }
    }

    func post(_ number: Int, then: (() -> Void)? = nil) -> Mailbox.Outcome {
        mailbox.post(Note(number, self, then: then))
    }
}

@Suite(.timeLimit(.minutes(1))) struct MailboxTests {
    @Test func `delivers the oldest first, and only the first of a batch wakes`() {
        let deliveries = Deliveries()
        #expect(deliveries.post(1) == .wake)
        #expect(deliveries.post(2) == .queued)
        #expect(deliveries.post(3) == .queued)
        deliveries.mailbox.deliver()
        #expect(deliveries.numbers == [1, 2, 3])
        #expect(deliveries.post(4) == .wake)
    }

    @Test func `what a delivery posts waits for the next, and wakes`() {
        let deliveries = Deliveries()
        var outcome: Mailbox.Outcome?
        _ = deliveries.post(1) { outcome = deliveries.post(2) }
        deliveries.mailbox.deliver()
        #expect(deliveries.numbers == [1])
        #expect(outcome == .wake)
        deliveries.mailbox.deliver()
        #expect(deliveries.numbers == [1, 2])
    }

    @Test func `closing delivers what is there and refuses the rest`() {
        let deliveries = Deliveries()
        _ = deliveries.post(1)
        deliveries.mailbox.close()
        #expect(deliveries.post(2) == .closed)
        deliveries.mailbox.deliver()
        deliveries.mailbox.close()
        #expect(deliveries.numbers == [1])
    }

    @Test func `holds a message until it is delivered, and one that is refused not at all`() {
        let deliveries = Deliveries()
        _ = deliveries.post(1)
        #expect(deliveries.alive.load(ordering: .relaxed) == 1)
        deliveries.mailbox.deliver()
        #expect(deliveries.alive.load(ordering: .relaxed) == 0)
        deliveries.mailbox.close()
        _ = deliveries.post(2)
        #expect(deliveries.alive.load(ordering: .relaxed) == 0)
    }

    @Test func `a message may be posted anew when it is delivered`() {
        final class Again: Message, @unchecked Sendable {
            var count = 0
            let mailbox: Deliveries

            init(_ mailbox: Deliveries) {
                self.mailbox = mailbox
                super.init()
            }

            override func deliver() {
                count += 1
                if count < 5 { _ = mailbox.mailbox.post(self) }
            }
        }
        let deliveries = Deliveries()
        let again = Again(deliveries)
        _ = deliveries.mailbox.post(again)
        for _ in 0..<10 { deliveries.mailbox.deliver() }
        #expect(again.count == 5)
    }

    @Test func `many producers lose nothing, keep their order, and wake once for each batch`() throws {
        let (producers, each) = (4, 20_000)
        let deliveries = Deliveries()
        let wakes = Atomic<Int>(0)
        let ended = Atomic<Int>(0)
        try onThreads(producers + 1) { index in
            if index == producers {
                while ended.load(ordering: .acquiring) < producers { deliveries.takeBatch() }
                return deliveries.takeBatch()
            }
            for number in 0..<each where deliveries.post(index * each + number) == .wake {
                wakes.add(1, ordering: .relaxed)
            }
            ended.add(1, ordering: .releasing)
        }
        #expect(deliveries.numbers.count == producers * each)
        for index in 0..<producers {
            #expect(
                deliveries.numbers.filter { $0 / each == index } == Array(index * each..<(index + 1) * each))
        }
        #expect(wakes.load(ordering: .relaxed) == deliveries.batches)
    }

    @Test func `closing amid posts delivers exactly what was taken`() throws {
        for _ in 0..<50 {
            let deliveries = Deliveries()
            let taken = Atomic<Int>(0)
            try onThreads(3) { index in
                if index == 0 { return deliveries.mailbox.close() }
                for number in 0..<200 where deliveries.post(number) != .closed {
                    taken.add(1, ordering: .relaxed)
                }
            }
            #expect(deliveries.numbers.count == taken.load(ordering: .relaxed))
            #expect(deliveries.alive.load(ordering: .relaxed) == 0)
        }
    }
}
