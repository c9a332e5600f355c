internal import Synchronization

/// What is posted to a reactor, at most once at a time. While it is posted, the mailbox holds it.
@safe
class Message: @unchecked Sendable {
    /// The mailbox's: the one that was posted before.
    @exclusivity(unchecked) fileprivate(set) final var earlier: Unmanaged<Message>?

    init() { unsafe earlier = nil }

    /// Thread: the reactor's.
    func deliver() {}
}

/// Messages from any thread to one: lock-free, unbounded, in posting order per producer.
@safe
struct Mailbox: ~Copyable {
    enum Outcome {
        /// Behind others: the consumer will see it.
        case queued
        /// The first: wake the consumer.
        case wake
        /// Not taken.
        case closed
    }

    /// A stack: the consumer takes all of it and turns it round.
    private let newest = unsafe Atomic<Unmanaged<Message>?>(nil)
    /// What stands in the stack's place once the mailbox is closed.
    private let closedMark = Message()

    /// Of the posts between two deliveries exactly one, the first, returns `.wake`. Thread: any.
    func post(_ message: Message) -> Outcome {
        let posted = unsafe Unmanaged.passRetained(message)
        var known = unsafe newest.load(ordering: .acquiring)
        while true {
            if unsafe isClosed(known) {
                unsafe posted.release()
                return .closed
            }
            unsafe message.earlier = known
            let (isPosted, seen) = unsafe newest.weakCompareExchange(
                expected: known, desired: posted, successOrdering: .releasing, failureOrdering: .acquiring)
            if isPosted { return unsafe known == nil ? .wake : .queued }
            unsafe known = seen
        }
    }

    /// Delivers everything posted so far, oldest first; what is posted meanwhile waits for the next delivery. Thread: the
    /// consumer's.
    func deliver() {
        let known = unsafe newest.load(ordering: .relaxed)
        if unsafe known == nil || isClosed(known) { return }
        unsafe deliverAll(newest.exchange(nil, ordering: .acquiring))
    }

    /// Refuses everything from now on and delivers what is there. Again: harmless. Thread: the consumer's.
    func close() {
        let mark = unsafe Unmanaged.passUnretained(closedMark)
        let last = unsafe newest.exchange(mark, ordering: .acquiringAndReleasing)
        if unsafe !isClosed(last) { unsafe deliverAll(last) }
    }

    private func isClosed(_ message: Unmanaged<Message>?) -> Bool {
        unsafe message?.toOpaque() == Unmanaged.passUnretained(closedMark).toOpaque()
    }

    private func deliverAll(_ newest: Unmanaged<Message>?) {
        var oldest: Unmanaged<Message>?
        var rest = unsafe newest
        while let message = unsafe rest {
            unsafe message._withUnsafeGuaranteedRef { message in
                unsafe rest = message.earlier
                unsafe message.earlier = oldest
            }
            unsafe oldest = message
        }
        while let message = unsafe oldest {
            // It may be posted anew while it is delivered.
            unsafe message._withUnsafeGuaranteedRef { message in
                unsafe oldest = message.earlier
                message.deliver()
            }
            unsafe message.release()
        }
    }
}
