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
    let etag: ByteBuffer

    init(
        descriptor: Int32, size: UInt64, modifiedSeconds: Int64, mediaType: StaticString, etag: consuming ByteBuffer
    ) {
        self.descriptor = descriptor
        self.size = size
        self.modifiedSeconds = modifiedSeconds
        self.mediaType = mediaType
        self.etag = etag
    }

    deinit { if descriptor >= 0 { _ = close(descriptor) } }

    /// Hands the descriptor over, once.
    mutating func relinquish() -> Int32 {
        defer { descriptor = -1 }
        return descriptor
    }
}
