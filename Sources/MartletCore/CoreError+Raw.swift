internal import CCore
internal import MartletEngine

extension CoreError {
    /// The error of a call that has no message of its own.
    init(_ status: mt_status) {
        let name = unsafe String(cString: mt_status_name(status))
        self.init(status: CoreStatus(status), message: name)
    }

    private init(_ error: mt_error, status: mt_status) {
        let message = unsafe withUnsafeBytes(of: error.message) { bytes in
            unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        if message.isEmpty {
            self.init(status)
        } else {
            self.init(
                status: CoreStatus(status), systemErrorNumber: error.system_errno, message: message)
        }
    }

    /// Runs a call that reports through `mt_error`, and throws what it reports.
    static func check(
        _ call: (UnsafeMutablePointer<mt_error>) -> mt_status
    ) throws(CoreError) {
        var error = mt_error()
        error.struct_size = MemoryLayout<mt_error>.size
        let status = unsafe call(&error)
        if status != MT_OK { throw CoreError(error, status: status) }
    }

    /// Throws the status of a call that has no `mt_error`.
    static func check(_ status: mt_status) throws(CoreError) {
        if status != MT_OK { throw CoreError(status) }
    }
}
