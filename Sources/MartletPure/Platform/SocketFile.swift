#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// The file of a unix socket, told from another that took its name; the time is there because inode numbers are soon used
/// again.
struct SocketFile: Sendable {
    private struct Identity: Equatable {
        var device: UInt64
        var inode: UInt64
        var seconds: Int
        var nanoseconds: Int
    }

    private let path: String
    private let identity: Identity

    /// The file that is there now; nil: none.
    init?(at path: String) {
        guard let info = Self.look(path) else { return nil }
        self.path = path
        identity = Self.identity(info)
    }

    /// Removes the file if it is still the same; false while somebody listens there: the other half of a process that
    /// divided may still serve.
    func remove() -> Bool {
        guard let info = Self.look(path), Self.identity(info) == identity else { return true }
        return Self.removeStale(path)
    }

    /// Removes a socket's file that nobody listens at; false when it stays.
    @discardableResult
    static func removeStale(_ path: String) -> Bool {
        guard let info = look(path), info.st_mode & S_IFMT == S_IFSOCK,
            let address = SocketAddress(unixPath: path), Socket.isRefused(address)
        else { return false }
        return unsafe unlink(path) == 0
    }

    static func setMode(_ path: String, _ mode: UInt32) -> Bool { unsafe chmod(path, mode_t(mode)) == 0 }

    private static func look(_ path: String) -> stat? {
        var info = stat()
        return unsafe lstat(path, &info) == 0 ? info : nil
    }

    private static func identity(_ info: stat) -> Identity {
        #if canImport(Darwin)
            let modified = info.st_mtimespec
        #else
            let modified = info.st_mtim
        #endif
        return Identity(
            device: UInt64(truncatingIfNeeded: info.st_dev), inode: UInt64(info.st_ino),
            seconds: modified.tv_sec,
            nanoseconds: modified.tv_nsec)
    }
}
