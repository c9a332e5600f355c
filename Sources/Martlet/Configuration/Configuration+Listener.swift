extension Configuration {
    /// A place where a server accepts connections.
    public enum Listener: Sendable, Equatable {
        /// A TCP address; see ``Configuration/host`` and ``Configuration/port``.
        case tcp(host: String, port: Int)
        /// A unix socket with permission bits `mode` (0: 0777 less the umask). A stale socket file is replaced, and
        /// the file is removed at stop.
        case unix(path: String, mode: Int = 0)
        /// A stream socket that is bound and listening already (socket activation). The server closes it; a
        /// start that fails may have closed it, so that it is not to be repeated with the same one.
        case descriptor(Int32)
    }

    /// Where the server will listen: `listeners`, or `host` and `port` when there are none.
    var effectiveListeners: [Listener] {
        listeners.isEmpty ? [.tcp(host: host, port: port)] : listeners
    }
}
