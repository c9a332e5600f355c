import MartletEngine
import Testing

@testable import MartletPure

@Suite struct CoreConfigurationTests {
    struct Case: Sendable {
        let change: @Sendable (inout CoreConfiguration) -> Void
        let sentence: String
    }

    static let refused: [Case] = [
        Case(change: { $0.reactors = 1025 }, sentence: "reactors is 1025; allowed is 0 to 1024"),
        Case(change: { $0.workers = 1025 }, sentence: "workers is 1025; allowed is 0 to 1024"),
        Case(
            change: { $0.workerQueueCapacity = 0 },
            sentence: "worker_queue_capacity is 0; allowed is 1 to 1048576"),
        Case(
            change: { $0.maxRequestLineBytes = 63 },
            sentence: "max_request_line_bytes is 63; allowed is 64 to 1048576"),
        Case(
            change: { $0.maxHeaderFields = 4097 }, sentence: "max_header_fields is 4097; allowed is 1 to 4096"
        ),
        Case(
            change: { $0.maxHeaderBytes = 255 },
            sentence: "max_header_bytes is 255; allowed is 256 to 1048576"),
        Case(
            change: { $0.maxBodyBytes = 1 << 63 },
            sentence: "max_body_bytes is 9223372036854775808; allowed is 0 to 9223372036854775807"),
        Case(
            change: { $0.maxPipelinedRequests = 0 },
            sentence: "max_pipelined_requests is 0; allowed is 1 to 65536"),
        Case(
            change: { $0.outputHighWaterBytes = 4095 },
            sentence: "output_high_water_bytes is 4095; allowed is 4096 to 2147483647"),
        Case(
            change: { $0.outputLowWaterBytes = $0.outputHighWaterBytes },
            sentence: "output_low_water_bytes is 262144; allowed is 0 to 262143"),
        Case(change: { $0.backlog = 0 }, sentence: "backlog is 0; allowed is 1 to 65535"),
        Case(
            change: { $0.serverName = String(repeating: "x", count: 128) },
            sentence: "server_name has 128 bytes; allowed is 0 to 127"),
        Case(
            change: { $0.serverName = "a\r\nb" },
            sentence: "server_name holds a control character; allowed is a field value"),
    ]

    @Test(arguments: refused.indices)
    func `a setting out of its range is refused by name`(index: Int) {
        let error = #expect(throws: CoreError.self) { try ServerStage(Self.refused[index].change) }
        #expect(error?.status == .invalidArgument)
        #expect(error?.message == Self.refused[index].sentence)
    }

    @Test func `what stands at the ends of the ranges is taken`() throws {
        _ = try ServerStage {
            $0.reactors = 1024
            $0.maxHeaderFields = 4096
            $0.outputLowWaterBytes = 0
            $0.serverName = ""
        }
    }
}
