import Foundation
import Martlet

/// Blocks its thread, which is a worker's, for `ms` milliseconds.
struct SlowController: Controller {
    func handle(_ request: borrowing Request, _ response: inout Response) throws {
        let milliseconds = try request.number("ms", in: 0...10_000, else: 100)
        Thread.sleep(forTimeInterval: Double(milliseconds) / 1000)
        response.send("Blocked a worker for \(milliseconds) ms.\n")
    }
}

/// Waits for `ms` milliseconds without a thread.
struct PatientController: AsyncController {
    func handle(_ request: borrowing Request, _ response: inout Response) async throws {
        let milliseconds = try request.number("ms", in: 0...10_000, else: 100)
        if milliseconds > 0 { try await Task.sleep(for: .milliseconds(milliseconds)) }
        response.send("Waited for \(milliseconds) ms without a thread.\n")
    }
}
