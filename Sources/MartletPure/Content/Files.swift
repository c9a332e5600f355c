#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif
internal import MartletEngine

/// Files below a folder, found by a request's path and by no trick of it.
final class Files: Sendable {
    private static let mostOctets = 4095

    private let root: Int32

    /// Throws `.notFound` or `.permission` with a sentence.
    init(root: String) throws(CoreError) {
        let count = root.utf8.count
        if count == 0 || count > Self.mostOctets || root.utf8.contains(0) {
            throw CoreError(
                status: .notFound,
                message: "a folder's name has 1 to \(Self.mostOctets) bytes and no NUL among them")
        }
        do throws(SystemFailure) {
            self.root = try Beneath.openRoot(root)
        } catch {
            throw Self.refusal(root, error)
        }
    }

    deinit { close(root) }

    /// Opens the regular file at the decoded relative `path`. Folders, also the root with the empty path and those with
    /// one "/" behind their name, give their index.html. Throws `.system` when the system cannot open anything just now (no
    /// descriptor, no memory), `.notFound` for everything else: what does not exist, hidden names (a segment that begins
    /// with "."), empty segments, NUL, backslash, what leads out of the folder, no regular file. `place` is for
    /// the path that is opened in the end. Thread: any.
    func open(_ path: Span<UInt8>, _ place: inout ByteBuffer) throws(CoreError) -> OpenFile {
        guard Self.isServable(path) else { throw Self.nothing }
        place.removeAll()
        place.append(path)
        if path.isEmpty || path[path.count - 1] == UInt8(ascii: "/") { place.append("index.html") }
        var found = try look(place.span)
        if Self.isFolder(found.info) {
            close(found.descriptor)
            place.append("/index.html")
            found = try look(place.span)
        }
        if found.info.st_mode & S_IFMT == S_IFREG {
            return OpenFile(found.descriptor, found.info, MediaType.of(path: Self.name(in: place.span)))
        }
        close(found.descriptor)
        throw Self.nothing
    }

    /// No segment is hidden, empty or leads upward; a folder may have its "/" behind it.
    private static func isServable(_ path: Span<UInt8>) -> Bool {
        var isSegmentBegin = true
        for index in path.indices {
            switch path[index] {
            case 0, UInt8(ascii: "\\"): return false
            case UInt8(ascii: "."), UInt8(ascii: "/"): if isSegmentBegin { return false }
            default: break
            }
            isSegmentBegin = path[index] == UInt8(ascii: "/")
        }
        return true
    }

    /// Opens what is at `place` and looks at it.
    private func look(_ place: Span<UInt8>) throws(CoreError) -> (descriptor: Int32, info: stat) {
        if place.count > Self.mostOctets { throw Self.nothing }
        do throws(SystemFailure) {
            let descriptor = try Beneath.find(place, from: root)
            var info = stat()
            if unsafe fstat(descriptor, &info) == 0 { return (descriptor, info) }
            close(descriptor)
            throw SystemFailure(number: EIO)
        } catch {
            throw Self.isShortage(error) ? Self.shortage : Self.nothing
        }
    }

    /// What stands behind the last "/".
    @_lifetime(copy place)
    private static func name(in place: Span<UInt8>) -> Span<UInt8> {
        var start = place.count
        while start > 0, place[start - 1] != UInt8(ascii: "/") { start -= 1 }
        return place.extracting(start...)
    }

    /// The system cannot open anything just now: that says nothing about the file.
    private static func isShortage(_ failure: SystemFailure) -> Bool {
        [EMFILE, ENFILE, ENOMEM, EIO].contains(failure.number)
    }

    private static func isFolder(_ info: stat) -> Bool { info.st_mode & S_IFMT == S_IFDIR }

    private static let nothing = CoreError(status: .notFound, message: "no such file")
    private static let shortage = CoreError(status: .system, message: "no file can be opened now")

    private static func refusal(_ root: String, _ failure: SystemFailure) -> CoreError {
        let shown = String(decoding: root.utf8.prefix(160), as: UTF8.self)
        return CoreError(errno: failure.number, "the folder \"\(shown)\" cannot be opened")
    }
}
