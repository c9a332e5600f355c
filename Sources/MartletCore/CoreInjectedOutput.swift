internal import MartletEngine

private import Synchronization

/// Gathers what the engine answers to an injected connection.
final class CoreInjectedOutput: Sendable {
    private let bytes = Mutex<[UInt8]>([])
    private let finish: @Sendable ([UInt8]) -> Void

    init(finish: @escaping @Sendable ([UInt8]) -> Void) { self.finish = finish }

    func append(_ span: Span<UInt8>) {
        let piece = [UInt8](copying: span)
        bytes.withLock { $0.append(contentsOf: piece) }
    }

    func end() { finish(bytes.withLock { $0 }) }
}
