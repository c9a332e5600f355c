internal import MartletEngine
internal import Synchronization

/// A number that one thread changes and any may read.
struct Counter: ~Copyable {
    private let number = Atomic<UInt64>(0)

    var value: UInt64 { number.load(ordering: .relaxed) }

    /// A plain addition: with one writer no locked instruction is needed.
    func add(_ amount: UInt64) { number.store(value &+ amount, ordering: .relaxed) }

    func subtract(_ amount: UInt64) { number.store(value &- amount, ordering: .relaxed) }
}

/// A reactor's counters: written by its thread alone, read by any without locks.
struct Counters: ~Copyable {
    let connectionsTotal = Counter()
    let connectionsOpen = Counter()
    let connectionsRefused = Counter()
    let requestsTotal = Counter()
    let requestsActive = Counter()
    let requestsRejected = Counter()
    let timeouts = Counter()
    let bytesReceived = Counter()
    let bytesSent = Counter()
    let workerRejections = Counter()
    private let informational = Counter()
    private let successful = Counter()
    private let redirected = Counter()
    private let clientErrors = Counter()
    private let serverErrors = Counter()

    /// An answer, by the first digit of its status.
    func countResponse(_ status: Int) {
        switch status / 100 {
        case 1: informational.add(1)
        case 2: successful.add(1)
        case 3: redirected.add(1)
        case 4: clientErrors.add(1)
        default: serverErrors.add(1)
        }
    }

    func add(to sums: inout CoreStatistics) {
        sums.connectionsTotal += connectionsTotal.value
        sums.connectionsOpen += connectionsOpen.value
        sums.connectionsRefused += connectionsRefused.value
        sums.requestsTotal += requestsTotal.value
        sums.requestsActive += requestsActive.value
        sums.requestsRejected += requestsRejected.value
        sums.timeouts += timeouts.value
        sums.bytesReceived += bytesReceived.value
        sums.bytesSent += bytesSent.value
        sums.workerRejections += workerRejections.value
        sums.responses.informational += informational.value
        sums.responses.successful += successful.value
        sums.responses.redirected += redirected.value
        sums.responses.clientErrors += clientErrors.value
        sums.responses.serverErrors += serverErrors.value
    }
}
