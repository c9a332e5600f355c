/// How much of a head is read. They count octets of the message, not of the input.
struct HeadLimits: Sendable {
    /// Octets without CRLF; past it 414.
    var maxRequestLine: Int
    /// Octets of the whole head; past it 431.
    var maxHead: Int
    /// Past it 431; never above the capacity of the head's table.
    var maxFields: Int
}

/// Why a message is refused, and with which status. The connection must close.
struct Rejection: Sendable {
    var status: Int
    /// For the log: "space before the colon of a field".
    var reason: StaticString
}
