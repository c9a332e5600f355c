internal import MartletEngine

extension CoreConfiguration {
    private static let longestServerName = 127

    /// Throws `.invalidArgument` with setting, value and range for the first that is out of its own.
    func check() throws(CoreError) {
        let bounds: [(name: String, value: UInt64, range: ClosedRange<UInt64>)] = [
            ("reactors", UInt64(reactors), 0...1024),
            ("workers", UInt64(workers), 0...1024),
            ("worker_queue_capacity", UInt64(workerQueueCapacity), 1...1_048_576),
            ("max_request_line_bytes", UInt64(maxRequestLineBytes), 64...1_048_576),
            ("max_header_fields", UInt64(maxHeaderFields), 1...4096),
            ("max_header_bytes", UInt64(maxHeaderBytes), 256...1_048_576),
            ("max_body_bytes", maxBodyBytes, 0...UInt64(Int64.max)),
            ("max_pipelined_requests", UInt64(maxPipelinedRequests), 1...65536),
            ("output_high_water_bytes", UInt64(outputHighWaterBytes), 4096...UInt64(Int32.max)),
            (
                "output_low_water_bytes", UInt64(outputLowWaterBytes),
                0...UInt64(max(outputHighWaterBytes, 1) - 1)
            ),
            ("backlog", UInt64(backlog), 1...65535),
        ]
        for bound in bounds where !bound.range.contains(bound.value) {
            throw Self.refusal(
                "\(bound.name) is \(bound.value); allowed is \(bound.range.lowerBound) to \(bound.range.upperBound)"
            )
        }
        try checkServerName()
    }

    private func checkServerName() throws(CoreError) {
        let count = serverName.utf8.count
        if count > Self.longestServerName {
            throw Self.refusal("server_name has \(count) bytes; allowed is 0 to \(Self.longestServerName)")
        }
        if !serverName.withOctets({ Words.isFieldValue($0) }) {
            throw Self.refusal("server_name holds a control character; allowed is a field value")
        }
    }

    private static func refusal(_ message: String) -> CoreError {
        CoreError(status: .invalidArgument, message: message)
    }
}
