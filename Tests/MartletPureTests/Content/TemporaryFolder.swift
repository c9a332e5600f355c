import Foundation
import Testing

/// A folder that is gone with its holder.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "martlet-pure-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
        path = url.path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func path(of name: String) -> String { "\(path)/\(name)" }

    func makeFolder(_ name: String) throws { try #require(unsafe mkdir(path(of: name), 0o700) == 0) }

    func makeFile(_ name: String, _ text: String) throws {
        let isMade = FileManager.default.createFile(atPath: path(of: name), contents: Data(text.utf8))
        try #require(isMade)
    }

    func makeLink(_ name: String, to target: String) throws {
        try #require(unsafe symlink(target, path(of: name)) == 0)
    }

    func makePipe(_ name: String) throws { try #require(unsafe mkfifo(path(of: name), 0o600) == 0) }

    func setTime(_ name: String, seconds: Int, nanoseconds: Int) throws {
        let time = timespec(tv_sec: seconds, tv_nsec: nanoseconds)
        try #require(unsafe utimensat(AT_FDCWD, path(of: name), [time, time], 0) == 0)
    }

    /// How many of this process's descriptors lead below it.
    var openDescriptors: Int {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/dev/fd")) ?? []
        return names.count { name in
            let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "/dev/fd/\(name)")
            return target?.hasPrefix(path) ?? false
        }
    }
}
