#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// A file that was found, closed unless somebody takes its descriptor.
struct OpenFile: ~Copyable {
    private var descriptor: Int32
    let size: UInt64
    let modifiedSeconds: Int64
    let mediaType: StaticString
    /// With its quotes: RFC 9110 §8.8.3.
    private(set) var etag: ByteBuffer

    /// `info` is what the system says of the descriptor, which is the file's from here on; `place` is its path.
    init(_ descriptor: Int32, _ info: stat, at place: [UInt8]) {
        self.descriptor = descriptor
        size = UInt64(info.st_size)
        let name = place.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? 0
        mediaType = MediaType.of(path: place.span.extracting(name...))
        #if canImport(Darwin)
            let modified = info.st_mtimespec
        #else
            let modified = info.st_mtim
        #endif
        modifiedSeconds = Int64(modified.tv_sec)
        etag = ByteBuffer()
        EntityTag.append(
            size: size, modifiedSeconds: modifiedSeconds, nanoseconds: UInt32(modified.tv_nsec),
            to: &etag)
    }

    deinit { if descriptor >= 0 { _ = close(descriptor) } }

    /// Hands the descriptor over, once.
    mutating func relinquish() -> Int32 {
        defer { descriptor = -1 }
        return descriptor
    }
}
