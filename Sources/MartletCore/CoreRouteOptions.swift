internal import CCore

/// How a route runs and gets its body.
package struct CoreRouteOptions: Sendable, Equatable {
    /// On a worker thread instead of the reactor.
    package var runsOnWorker = false
    /// The body comes in pieces. Not on a worker.
    package var streamsBody = false
    /// Bytes of a request body. 0: the server's limit; `UInt64.max`: none.
    package var maxBodyBytes: UInt64 = 0

    package init() {}

    var raw: mt_route_options {
        mt_route_options(
            struct_size: MemoryLayout<mt_route_options>.size,
            dispatch: runsOnWorker ? MT_DISPATCH_WORKER : MT_DISPATCH_INLINE,
            body_mode: streamsBody ? MT_BODY_STREAM : MT_BODY_WHOLE,
            max_body_bytes: maxBodyBytes)
    }
}
