import Synchronization
import Testing

@testable import MartletPure

@Suite struct ProcessorsTests {
    @Test(
        arguments: [
            (0, [0b1010], [0b0010]), (1, [0b1010], [0b1000]), (2, [0b1010], [0b0010]),
            (1, [0b1, 0b1], [0, 0b1]), (5, [0, 0b100], [0, 0b100]), (0, [0, 0], nil),
        ] as [(Int, [UInt], [UInt]?)])
    func `takes one of those that may be used, and begins anew behind the last`(
        index: Int, mask: [UInt], expected: [UInt]?
    ) {
        #expect(Processors.bit(index, of: mask) == expected)
    }

    @Test func `there is one at least`() {
        #expect(Processors.count >= 1)
    }

    #if os(Linux)
        @Test func `a thread that is kept on a processor may use that one alone`() throws {
            let allowed = Atomic<Int>(0)
            try onThreads(1) { _ in
                if Processors.pinThread(to: 7) { allowed.store(Processors.count, ordering: .relaxed) }
            }
            #expect(allowed.load(ordering: .relaxed) == 1)
        }
    #endif
}
