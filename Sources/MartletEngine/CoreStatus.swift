/// The outcome of a call to the engine. The raw values are those of the C ABI, which never renumbers them.
package enum CoreStatus: UInt32, Sendable {
    case ok = 0
    case backpressure = 1
    case noMemory = 2
    case invalidArgument = 3
    case invalidState = 4
    case conflict = 5
    case addressInUse = 6
    case addressUnavailable = 7
    case permission = 8
    case system = 9
    case limit = 10
    case closed = 11
    case notFound = 12
    case wrongThread = 13
    case timeout = 14
    case malformed = 15
}
