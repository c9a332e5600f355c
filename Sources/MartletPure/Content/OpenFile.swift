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
    let modifiedNanoseconds: UInt32
    let mediaType: StaticString

    /// `info` is what the system says of the descriptor, which is the file's from here on.
    init(_ descriptor: Int32, _ info: stat, _ mediaType: StaticString) {
        self.descriptor = descriptor
        self.mediaType = mediaType
        size = UInt64(info.st_size)
        #if canImport(Darwin)
            let modified = info.st_mtimespec
        #else
            let modified = info.st_mtim
        #endif
        modifiedSeconds = Int64(modified.tv_sec)
        modifiedNanoseconds = UInt32(modified.tv_nsec)
    }

    deinit { if descriptor >= 0 { _ = close(descriptor) } }

    /// The entity tag with its quotes: RFC 9110 §8.8.3.
    func appendEntityTag(to buffer: inout ByteBuffer) {
        EntityTag.append(
            size: size, modifiedSeconds: modifiedSeconds, nanoseconds: modifiedNanoseconds, to: &buffer)
    }

    /// Hands the descriptor over, once.
    mutating func relinquish() -> Int32 {
        defer { descriptor = -1 }
        return descriptor
    }
}
