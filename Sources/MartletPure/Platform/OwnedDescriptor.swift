#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif
internal import MartletEngine

/// A descriptor that is closed when it goes.
struct OwnedDescriptor: ~Copyable {
    let number: Int32

    /// Takes over what a call returned, which may have failed.
    init(_ number: Int32, from call: StaticString) throws(CoreError) {
        if number < 0 { throw CoreError(errno: errno, "\(call)") }
        self.number = number
    }

    deinit { _ = close(number) }
}
