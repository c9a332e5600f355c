internal import CCore

extension mt_slice {
    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        let data = unsafe UnsafeRawPointer(bytes.baseAddress)?.assumingMemoryBound(to: CChar.self)
        unsafe self.init(data: data, size: bytes.count)
    }

    var bytes: UnsafeBufferPointer<UInt8> {
        let start = unsafe UnsafeRawPointer(data)?.assumingMemoryBound(to: UInt8.self)
        return unsafe UnsafeBufferPointer(start: start, count: size)
    }
}

extension String {
    /// The string's own UTF-8, for every native string without a copy. The span, where there is one, counts no reference
    /// either, which the older way does.
    func withSlice<Result>(_ body: (mt_slice) -> Result) -> Result {
        if #available(macOS 26.0, iOS 26.0, tvOS 26.0, watchOS 26.0, visionOS 26.0, *) {
            return unsafe utf8.span.withSlice(body)
        }
        let fast = unsafe utf8.withContiguousStorageIfAvailable { unsafe body(mt_slice($0)) }
        if let fast { return fast }
        return unsafe Array(utf8).withUnsafeBufferPointer { unsafe body(mt_slice($0)) }
    }

    init(_ slice: mt_slice) {
        self = unsafe String(decoding: slice.bytes, as: UTF8.self)
    }
}

extension Span where Element == UInt8 {
    func withSlice<Result>(_ body: (mt_slice) -> Result) -> Result {
        unsafe withUnsafeBufferPointer { unsafe body(mt_slice($0)) }
    }
}
