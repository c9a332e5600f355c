internal import CCore
internal import MartletEngine

extension CoreConfiguration {
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
