#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// An open regular file, closed when nobody takes it.
package struct CoreFile: ~Copyable {
    private let descriptor: Int32
    package let size: UInt64

    /// Opens `path` for reading. Throws `.notFound` when it is missing or no regular file.
    package init(path: String) throws(CoreError) {
        // C would take the path to end there, and open another file than was checked.
        if path.utf8.contains(0) { throw CoreFile.failure(path, ENOENT) }
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        if descriptor < 0 { throw CoreFile.failure(path, errno) }
        var info = stat()
        guard unsafe fstat(descriptor, &info) == 0, info.st_mode & S_IFMT == S_IFREG else {
            _ = close(descriptor)
            throw CoreFile.failure(path, ENOENT)
        }
        self.descriptor = descriptor
        self.size = UInt64(info.st_size)
    }

    deinit { _ = close(descriptor) }

    /// Hands the descriptor over.
    package consuming func relinquish() -> Int32 {
        let descriptor = descriptor
        discard self
        return descriptor
    }

    private static func failure(_ path: String, _ number: Int32) -> CoreError {
        let reason = unsafe String(cString: strerror(number))
        return CoreError(
            status: number == EACCES ? .permission : number == ENOENT ? .notFound : .system,
            systemErrorNumber: number, message: "\(path): \(reason)")
    }
}
