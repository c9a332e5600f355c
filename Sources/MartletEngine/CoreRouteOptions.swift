/// How a route runs and gets its body.
package struct CoreRouteOptions: Sendable, Equatable {
    /// On a worker thread instead of the reactor.
    package var runsOnWorker = false
    /// The body comes in pieces. Not on a worker.
    package var streamsBody = false
    /// Bytes of a request body. 0: the server's limit; `UInt64.max`: none.
    package var maxBodyBytes: UInt64 = 0

    package init() {}
}
