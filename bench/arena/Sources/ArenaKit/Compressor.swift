import CBrotli
import CZlib
import Synchronization

/// Compresses bodies as they are made. Of qualities, those with the least time × size² for some kilobytes of JSON.
public final class Compressor: Sendable {
    private static let brotliQuality: Int32 = 2
    private static let brotliWindowBits: Int32 = 16

    /// Streams that nobody uses, to be used again: making one costs more than compressing such a body.
    private let idle = Mutex<[GzipStream]>([])

    /// One that has no streams yet.
    public init() {}

    /// Bytes that `count` bytes take at most.
    public static func capacity(for count: Int) -> Int {
        max(BrotliEncoderMaxCompressedSize(count), GzipStream.capacity(for: count))
    }

    /// Calls `body` with `input`, compressed.
    public func withCompressed<Result>(
        _ input: UnsafeBufferPointer<UInt8>, _ coding: ContentCoding,
        _ body: (UnsafeBufferPointer<UInt8>) throws -> Result
    ) throws -> Result {
        let capacity = Self.capacity(for: input.count)
        return try withUnsafeTemporaryAllocation(of: UInt8.self, capacity: capacity) { memory in
            let written = try compress(input, coding, into: memory)
            return try body(UnsafeBufferPointer(rebasing: memory[..<written]))
        }
    }

    /// Compresses `input` into `output`, of at least ``capacity(for:)`` bytes, and returns how many bytes it took.
    public func compress(
        _ input: UnsafeBufferPointer<UInt8>, _ coding: ContentCoding,
        into output: UnsafeMutableBufferPointer<UInt8>
    ) throws -> Int {
        let written: Int?
        switch coding {
        case .brotli: written = Self.brotli(input, into: output)
        case .gzip: written = gzip(input, into: output)
        }
        guard let written else { throw Failure() }
        return written
    }

    /// There was no memory.
    private struct Failure: Error {}

    private static func brotli(
        _ input: UnsafeBufferPointer<UInt8>, into output: UnsafeMutableBufferPointer<UInt8>
    ) -> Int? {
        var count = output.count
        let isDone = BrotliEncoderCompress(
            brotliQuality, brotliWindowBits, BROTLI_MODE_TEXT, input.count, input.baseAddress, &count,
            output.baseAddress)
        return isDone == BROTLI_TRUE ? count : nil
    }

    private func gzip(
        _ input: UnsafeBufferPointer<UInt8>, into output: UnsafeMutableBufferPointer<UInt8>
    ) -> Int? {
        guard let stream = idle.withLock({ $0.popLast() }) ?? GzipStream() else { return nil }
        defer { idle.withLock { $0.append(stream) } }
        return stream.compress(input, into: output)
    }
}
