internal import CCore

/// The engine's settings as plain numbers; what they mean is said where people set them, in `Configuration`.
package struct CoreConfiguration: Sendable, Equatable {
    package var reactors: UInt32
    package var pinReactors: Bool
    package var workers: UInt32
    package var workerQueueCapacity: UInt32
    package var maxRequestLineBytes: UInt32
    package var maxHeaderFields: UInt32
    package var maxHeaderBytes: UInt32
    package var maxBodyBytes: UInt64
    package var maxConnections: UInt32
    package var maxConnectionsPerPeer: UInt32
    package var maxPipelinedRequests: UInt32
    package var maxRequestsPerConnection: UInt64
    package var headerTimeoutMilliseconds: UInt32
    package var bodyTimeoutMilliseconds: UInt32
    package var idleTimeoutMilliseconds: UInt32
    package var writeTimeoutMilliseconds: UInt32
    package var minTransferBytesPerSecond: UInt32
    package var shutdownTimeoutMilliseconds: UInt32
    package var lingerTimeoutMilliseconds: UInt32
    package var handlerWarningMilliseconds: UInt32
    package var outputHighWaterBytes: UInt32
    package var outputLowWaterBytes: UInt32
    package var backlog: UInt32
    package var serverName: String

    /// The engine's own defaults.
    package init() throws(CoreError) {
        var raw = unsafe mt_server_config()
        let size = unsafe MemoryLayout<mt_server_config>.size
        try CoreError.check(unsafe mt_server_config_init(&raw, size))
        reactors = unsafe raw.reactors
        pinReactors = unsafe raw.pin_reactors
        workers = unsafe raw.workers
        workerQueueCapacity = unsafe raw.worker_queue_capacity
        maxRequestLineBytes = unsafe raw.max_request_line_bytes
        maxHeaderFields = unsafe raw.max_header_fields
        maxHeaderBytes = unsafe raw.max_header_bytes
        maxBodyBytes = unsafe raw.max_body_bytes
        maxConnections = unsafe raw.max_connections
        maxConnectionsPerPeer = unsafe raw.max_connections_per_peer
        maxPipelinedRequests = unsafe raw.max_pipelined_requests
        maxRequestsPerConnection = unsafe raw.max_requests_per_connection
        headerTimeoutMilliseconds = unsafe raw.header_timeout_ms
        bodyTimeoutMilliseconds = unsafe raw.body_timeout_ms
        idleTimeoutMilliseconds = unsafe raw.idle_timeout_ms
        writeTimeoutMilliseconds = unsafe raw.write_timeout_ms
        minTransferBytesPerSecond = unsafe raw.min_transfer_bytes_per_second
        shutdownTimeoutMilliseconds = unsafe raw.shutdown_timeout_ms
        lingerTimeoutMilliseconds = unsafe raw.linger_timeout_ms
        handlerWarningMilliseconds = unsafe raw.handler_warning_ms
        outputHighWaterBytes = unsafe raw.output_high_water_bytes
        outputLowWaterBytes = unsafe raw.output_low_water_bytes
        backlog = unsafe raw.backlog
        serverName = unsafe String(raw.server_name)
    }

    /// Lends these settings as the C struct. The name is lent with it, so the struct stays inside `body`.
    func withRaw(_ body: (inout mt_server_config) throws(CoreError) -> Void) throws(CoreError) {
        var raw = unsafe mt_server_config()
        let size = unsafe MemoryLayout<mt_server_config>.size
        try CoreError.check(unsafe mt_server_config_init(&raw, size))
        unsafe apply(to: &raw)
        let outcome = unsafe serverName.withSlice { name -> Result<Void, CoreError> in
            unsafe raw.server_name = unsafe name
            return Result { () throws(CoreError) in try unsafe body(&raw) }
        }
        try outcome.get()
    }

    private func apply(to raw: inout mt_server_config) {
        unsafe raw.reactors = reactors
        unsafe raw.pin_reactors = pinReactors
        unsafe raw.workers = workers
        unsafe raw.worker_queue_capacity = workerQueueCapacity
        unsafe raw.max_request_line_bytes = maxRequestLineBytes
        unsafe raw.max_header_fields = maxHeaderFields
        unsafe raw.max_header_bytes = maxHeaderBytes
        unsafe raw.max_body_bytes = maxBodyBytes
        unsafe raw.max_connections = maxConnections
        unsafe raw.max_connections_per_peer = maxConnectionsPerPeer
        unsafe raw.max_pipelined_requests = maxPipelinedRequests
        unsafe raw.max_requests_per_connection = maxRequestsPerConnection
        unsafe raw.header_timeout_ms = headerTimeoutMilliseconds
        unsafe raw.body_timeout_ms = bodyTimeoutMilliseconds
        unsafe raw.idle_timeout_ms = idleTimeoutMilliseconds
        unsafe raw.write_timeout_ms = writeTimeoutMilliseconds
        unsafe raw.min_transfer_bytes_per_second = minTransferBytesPerSecond
        unsafe raw.shutdown_timeout_ms = shutdownTimeoutMilliseconds
        unsafe raw.linger_timeout_ms = lingerTimeoutMilliseconds
        unsafe raw.handler_warning_ms = handlerWarningMilliseconds
        unsafe raw.output_high_water_bytes = outputHighWaterBytes
        unsafe raw.output_low_water_bytes = outputLowWaterBytes
        unsafe raw.backlog = backlog
    }
}
