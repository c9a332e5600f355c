private import Dispatch

/// Runs what blocks on a thread of its own: the few threads of Swift concurrency must never wait for a server's end.
enum BlockingWork {
    static func run<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            DispatchQueue(label: "martlet.blocking").async { continuation.resume(returning: work()) }
        }
    }
}
