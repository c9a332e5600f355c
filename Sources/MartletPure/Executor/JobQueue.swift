internal import Synchronization

/// A bounded lock-free ring of jobs for many producers and many consumers.
///
/// Positions count up for ever; position p lives in cell p & mask. A cell's stamp says whose turn it is: 2p when free to
/// be filled by position p, 2p + 1 when filled, then 2(p + capacity). Odd and even stamps keep a full and a free cell
/// apart for every capacity, one included.
///
/// The sequentially consistent order is meant: a submitter that publishes a job and then looks for sleepers needs the
/// same total order as a worker that says it sleeps and then looks for jobs.
@safe
final class JobQueue: @unchecked Sendable {
    @safe
    private struct Cell: ~Copyable {
        let stamp: Atomic<UInt64>
        var job: Unmanaged<Job>?

        init(_ position: Int) {
            stamp = Atomic(2 * UInt64(position))
            unsafe job = nil
        }
    }

    /// A position, and what keeps others off its two lines of 64 octets: processors fetch them in pairs.
    private struct End: ~Copyable {
        private let before: Padding = (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
        let position = Atomic<UInt64>(0)
        private let behind: Padding = (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)

        private typealias Padding = (
            UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64,
            UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64
        )
    }

    private let cells: UnsafeMutablePointer<Cell>
    private let mask: UInt64
    /// The next position to fill.
    private let tail = End()
    /// The next position to empty.
    private let head = End()

    /// `capacity` is a power of two.
    init(capacity: Int) {
        precondition(capacity > 0 && capacity & (capacity - 1) == 0)
        mask = UInt64(capacity - 1)
        unsafe cells = .allocate(capacity: capacity)
        for position in 0..<capacity { unsafe (cells + position).initialize(to: Cell(position)) }
    }

    deinit {
        while let job = unsafe pop() { unsafe job.release() }
        unsafe cells.deinitialize(count: Int(mask) + 1)
        unsafe cells.deallocate()
    }

    /// False when the queue is full. A job that is taken in is retained. Thread: any.
    func push(_ job: Job) -> Bool {
        guard let position = claim(tail.position, parity: 0) else { return false }
        let cell = unsafe cells + Int(position & mask)
        unsafe cell.pointee.job = Unmanaged.passRetained(job)
        unsafe cell.pointee.stamp.store(2 * position + 1, ordering: .sequentiallyConsistent)
        return true
    }

    /// The oldest job, whose reference is the caller's, or nil: when the queue is empty, and also while the oldest job's
    /// producer is in the midst of pushing. Jobs of one producer come in its order. Thread: any.
    func pop() -> Unmanaged<Job>? {
        guard let position = claim(head.position, parity: 1) else { return nil }
        let cell = unsafe cells + Int(position & mask)
        let job = unsafe cell.pointee.job
        unsafe cell.pointee.stamp.store(2 * (position + mask + 1), ordering: .releasing)
        return unsafe job
    }

    /// Whether positions are filled or being filled; by the time it returns it may be otherwise. Thread: any.
    var hasJobs: Bool {
        head.position.load(ordering: .sequentiallyConsistent)
            != tail.position.load(ordering: .sequentiallyConsistent)
    }

    /// Takes the next position of an end once its cell's stamp is 2 * position + `parity`; nil when that turn has not
    /// come.
    private func claim(_ end: borrowing Atomic<UInt64>, parity: UInt64) -> UInt64? {
        var position = end.load(ordering: .sequentiallyConsistent)
        while true {
            let stamp = unsafe cells[Int(position & mask)].stamp.load(ordering: .sequentiallyConsistent)
            let ahead = Int64(bitPattern: stamp &- (2 * position + parity))
            if ahead < 0 { return nil }
            if ahead > 0 {
                position = end.load(ordering: .sequentiallyConsistent)  // others were faster
                continue
            }
            let (isMine, seen) = end.weakCompareExchange(
                expected: position, desired: position + 1, ordering: .sequentiallyConsistent)
            if isMine { return position }
            position = seen
        }
    }
}
