import Testing

@testable import MartletPure

@Suite struct OutputQueueTests {
    /// What the pieces hold, one after the other.
    private func text(_ queue: OutputQueue) -> String {
        var octets: [UInt8] = []
        var piece = queue.first
        while let at = piece {
            octets += unsafe Array(at.octets)
            piece = at.next
        }
        return String(decoding: octets, as: UTF8.self)
    }

    private func append(_ text: String, to queue: inout OutputQueue) { queue.append(Array(text.utf8).span) }

    @Test func `octets leave in the order in which they came, the prepended first`() {
        var queue = OutputQueue()
        append("two ", to: &queue)
        append("three", to: &queue)
        queue.prepend(Array("one ".utf8).span)
        #expect(text(queue) == "one two three")
        #expect(queue.count == 13)
    }

    @Test func `every count of octets may leave at once`() {
        for count in 0...13 {
            var queue = OutputQueue()
            append("two three", to: &queue)
            queue.prepend(Array("one ".utf8).span)
            queue.removeFirst(count)
            #expect(text(queue) == String("one two three".dropFirst(count)))
            #expect(queue.count == 13 - count)
            #expect(queue.isEmpty == (count == 13))
        }
    }

    @Test func `what waited for its turn moves behind the rest`() {
        var (queue, pending) = (OutputQueue(), OutputQueue())
        append("first ", to: &queue)
        append("second", to: &pending)
        queue.append(contentsOf: &pending)
        #expect(text(queue) == "first second")
        #expect(pending.isEmpty && pending.count == 0)
        append("!", to: &queue)
        #expect(text(queue) == "first second!")
    }

    @Test func `a long queue is dropped without a deep stack`() {
        var queue = OutputQueue()
        for _ in 0..<200_000 { queue.prepend(Array("x".utf8).span) }
        queue.removeAll()
        #expect(queue.isEmpty && queue.count == 0)
    }
}
