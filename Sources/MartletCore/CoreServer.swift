internal import CCore
package import MartletEngine

/// The engine: listeners, routes, reactors and workers. The engine's name and members are the seam behind which
/// another engine can stand: one that offers the same `Core…` types serves the same applications.
@safe
package final class CoreServer: Sendable {
    nonisolated(unsafe) let raw: OpaquePointer
    /// The engine keeps a plain pointer to it, and may use it for as long as it lives.
    private let log: CoreLogSink

    /// Thread: any. The last reference must not go on one of the engine's own threads.
    package init(_ configuration: CoreConfiguration, log: CoreLogSink) throws(CoreError) {
        var created: OpaquePointer?
        try unsafe configuration.withRaw { (raw: inout mt_server_config) throws(CoreError) in
            unsafe raw.log = logLine
            unsafe raw.log_user_data = unsafe Unmanaged.passUnretained(log).toOpaque()
            unsafe raw.log_level = mt_log_level(rawValue: log.level.rawValue)
            try unsafe CoreError.check { unsafe mt_server_create(&raw, &created, $0) }
        }
        guard let created = unsafe created else { throw CoreError(MT_ERROR_NO_MEMORY) }
        unsafe self.raw = unsafe created
        self.log = log
    }

    deinit { unsafe mt_server_destroy(raw) }

    /// What people call this engine.
    package static var name: String { "C core" }

    package static var version: String { unsafe String(cString: mt_version()) }
}
