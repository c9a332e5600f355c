import CZlib

/// A deflate stream of zlib, for one body after another; of one thread at a time.
final class GzipStream: @unchecked Sendable {
    private static let level: Int32 = 5
    /// Its address must not change: zlib keeps it.
    private let stream: UnsafeMutablePointer<z_stream>

    init?() {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        guard czlib_init_gzip(stream, Self.level) == Z_OK else {
            stream.deallocate()
            return nil
        }
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
    }

    /// Bytes that `count` bytes take at most: as they are, in stored blocks, between header and trailer.
    static func capacity(for count: Int) -> Int { count + count / 1000 + 64 }

    func compress(_ input: UnsafeBufferPointer<UInt8>, into output: UnsafeMutableBufferPointer<UInt8>) -> Int?
    {
        defer { deflateReset(stream) }
        stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
        stream.pointee.avail_in = UInt32(input.count)
        stream.pointee.next_out = output.baseAddress
        stream.pointee.avail_out = UInt32(output.count)
        guard deflate(stream, Z_FINISH) == Z_STREAM_END else { return nil }
        return output.count - Int(stream.pointee.avail_out)
    }
}
