#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif
internal import MartletEngine

extension CoreError {
    /// A system call failed with `number`; `sentence` says what was tried.
    init(errno number: Int32, _ sentence: String) {
        let reason = unsafe String(cString: strerror(number))
        self.init(
            status: CoreStatus(errno: number), systemErrorNumber: number, message: "\(sentence): \(reason)")
    }
}

extension CoreStatus {
    init(errno number: Int32) {
        self =
            switch number {
            case ENOMEM, ENOBUFS: .noMemory
            case EADDRINUSE: .addressInUse
            case EADDRNOTAVAIL: .addressUnavailable
            case EACCES, EPERM: .permission
            case ENOENT, ENOTDIR: .notFound
            case ETIMEDOUT: .timeout
            default: .system
            }
    }
}
