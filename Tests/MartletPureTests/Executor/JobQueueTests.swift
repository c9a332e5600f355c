import Synchronization
import Testing

@testable import MartletPure

/// A job that knows who made it.
private final class Parcel: Job, @unchecked Sendable {
    let producer: Int
    let number: Int
    let taken = Atomic<Int>(0)

    init(_ producer: Int = 0, _ number: Int = 0) {
        self.producer = producer
        self.number = number
    }
}

@Suite(.timeLimit(.minutes(10))) struct JobQueueTests {
    private func take(_ queue: JobQueue) -> Parcel? {
        unsafe queue.pop()?.takeRetainedValue() as? Parcel
    }

    @Test(arguments: [1, 2, 4, 8])
    func `gives back the oldest first through many laps`(_ capacity: Int) {
        let queue = JobQueue(capacity: capacity)
        for lap in 0..<100 {
            let parcels = (0...lap % capacity).map { Parcel(0, $0) }
            for parcel in parcels { #expect(queue.push(parcel)) }
            for parcel in parcels { #expect(take(queue) === parcel) }
            #expect(take(queue) == nil)
        }
    }

    @Test(arguments: [1, 2, 64])
    func `takes its capacity and not one more`(_ capacity: Int) {
        let queue = JobQueue(capacity: capacity)
        for _ in 0..<3 {
            for number in 0..<capacity { #expect(queue.push(Parcel(0, number))) }
            #expect(!queue.push(Parcel()))
            #expect(take(queue)?.number == 0)
            #expect(queue.push(Parcel()))
            #expect(!queue.push(Parcel()))
            for _ in 0..<capacity { #expect(take(queue) != nil) }
        }
    }

    @Test func `knows whether it has jobs`() {
        let queue = JobQueue(capacity: 2)
        #expect(!queue.hasJobs)
        _ = queue.push(Parcel())
        #expect(queue.hasJobs)
        _ = take(queue)
        #expect(!queue.hasJobs)
    }

    @Test func `holds what it has, and lets go what is left`() {
        weak var taken: Parcel?
        weak var left: Parcel?
        do {
            let queue = JobQueue(capacity: 4)
            for keep in [{ taken = $0 }, { left = $0 }] as [(Parcel) -> Void] {
                let parcel = Parcel()
                keep(parcel)
                _ = queue.push(parcel)
            }
            #expect(taken != nil)
            _ = take(queue)
            #expect(taken == nil)
            #expect(left != nil)
        }
        #expect(left == nil)
    }

    @Test(arguments: [1, 2, 64])
    func `among many threads each job is taken once and in order`(_ capacity: Int) throws {
        let queue = JobQueue(capacity: capacity)
        let each = 10000
        let parcels = (0..<3).map { producer in (0..<each).map { Parcel(producer, $0) } }
        let remaining = Atomic<Int>(3 * each)
        let disorder = Atomic<Int>(0)
        try onThreads(6) { index in
            if index < 3 {
                for parcel in parcels[index] { while !queue.push(parcel) { yieldThread() } }
                return
            }
            var last = [-1, -1, -1]
            while remaining.load(ordering: .acquiring) > 0 {
                guard let parcel = take(queue) else {
                    yieldThread()
                    continue
                }
                if parcel.number <= last[parcel.producer] { disorder.add(1, ordering: .relaxed) }
                last[parcel.producer] = parcel.number
                parcel.taken.add(1, ordering: .relaxed)
                remaining.subtract(1, ordering: .acquiringAndReleasing)
            }
        }
        #expect(parcels.allSatisfy { $0.allSatisfy { $0.taken.load(ordering: .relaxed) == 1 } })
        #expect(disorder.load(ordering: .relaxed) == 0)
        #expect(!queue.hasJobs)
    }

    @Test func `losing a race is neither full nor empty`() throws {
        let queue = JobQueue(capacity: 1 << 16)
        let refused = Atomic<Int>(0)
        for _ in 0..<5 {
            try onThreads(3) { _ in
                for _ in 0..<20000 where !queue.push(Parcel()) { refused.add(1, ordering: .relaxed) }
            }
            try onThreads(3) { _ in
                for _ in 0..<20000 where take(queue) == nil { refused.add(1, ordering: .relaxed) }
            }
            #expect(refused.load(ordering: .relaxed) == 0)
            #expect(!queue.hasJobs)
        }
    }
}
