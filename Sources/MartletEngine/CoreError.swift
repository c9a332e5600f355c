/// A call to the engine that failed, with the engine's own sentence about it.
package struct CoreError: Error, Sendable {
    package let status: CoreStatus
    /// errno of the failed system call, or 0.
    package let systemErrorNumber: Int32
    package let message: String

    package init(status: CoreStatus, systemErrorNumber: Int32 = 0, message: String) {
        self.status = status
        self.systemErrorNumber = systemErrorNumber
        self.message = message
    }
}
