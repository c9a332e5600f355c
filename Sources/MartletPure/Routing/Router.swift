internal import MartletEngine

/// Patterns to routes: registered one by one, then frozen and read by every reactor without locks.
final class Router: @unchecked Sendable {
    init() {}

    /// Every method that any route has, as `Match.allowed`: for "OPTIONS *".
    private(set) var methods: UInt32 = 0

    func add(_ route: Route) throws(CoreError) {}

    func freeze() throws(CoreError) {}

    func find(
        _ method: CoreMethod, _ path: Span<UInt8>, into match: inout Match, decoded: inout ByteBuffer
    ) {}
}
