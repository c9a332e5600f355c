public import Logging

/// Every setting of a server, with its default.
///
/// Sizes are in bytes (octets). Where 0 switches a limit off, the setting says so. A value out of range is refused by
/// ``validate()``, and by the server when it starts, with a sentence that names the setting, its value and its range.
public struct Configuration: Sendable {
    // MARK: Addresses

    /// The address to listen on: IPv4, IPv6 or a name that the system resolves; "" is every address.
    /// Default "127.0.0.1".
    public var host = "127.0.0.1"
    /// The TCP port to listen on; 0 lets the system choose, and ``Server/port`` tells. Default 8080. Range 0 … 65535.
    public var port = 8080
    /// Where to listen instead of `host` and `port`, when not empty. Default empty.
    public var listeners: [Listener] = []
    /// Connections that the kernel may hold before they are accepted. Default 4096. Range 1 … 65535.
    public var backlog = 4096

    // MARK: Threads

    /// Event loops, each one thread; 0: one per available CPU. Default 0. Range 0 … 1024.
    public var reactors = 0
    /// Pins each reactor to a CPU of its own (Linux). Default false.
    public var pinReactors = false
    /// Threads for handlers that block; 0: routes `on: .workers` are refused. Default 10. Range 0 … 1024.
    public var workers = 10
    /// Requests that may wait for a worker before 503 is answered, rounded up to a power of two. Default 1024.
    /// Range 1 … 1048576.
    public var workerQueueCapacity = 1024
    /// A handler that holds a reactor longer is named in the log; `.zero`: off. Default 250 ms.
    public var handlerWarning = Duration.milliseconds(250)

    // MARK: Limits

    /// Bytes of the request line; past it 414. Default 8192. Range 64 … 1048576.
    public var maxRequestLineBytes = 8192
    /// Fields of a header or trailer section; past it 431. Default 100. Range 1 … 4096.
    public var maxHeaderFields = 100
    /// Bytes of a header section, request line included; past it 431. Default 16384. Range 256 … 1048576.
    public var maxHeaderBytes = 16384
    /// Bytes of a request body; past it 413. A route may have its own. Default 1048576. Range 0 … `Int.max`.
    public var maxBodyBytes = 1_048_576
    /// Open connections; past it accepting pauses; 0: no limit. Default 65536.
    public var maxConnections = 65536
    /// Open connections from one address (IPv6: one /64); past it they are closed at once; 0: no limit. Default 0.
    public var maxConnectionsPerPeer = 0
    /// Requests of one connection that may wait for their answers; past it reading pauses. Default 64.
    /// Range 1 … 65536.
    public var maxPipelinedRequests = 64
    /// Requests served on one connection before it is closed; 0: no limit. Default 0.
    public var maxRequestsPerConnection = 0
    /// Bytes that wait for one peer before its writers are told to wait. Default 262144. Range 4096 … 2³¹-1.
    public var outputHighWaterBytes = 262_144
    /// Bytes that wait when they are told to go on. Default 65536; below `outputHighWaterBytes`.
    public var outputLowWaterBytes = 65536
    /// Bytes a second that a request body must reach in each 5 s; below it 408; 0: off. Default 100.
    public var minTransferBytesPerSecond = 100

    // MARK: Timeouts, in milliseconds, parts of one rounded up; `.zero`: no limit unless said otherwise

    /// From a request's first byte (or the accept) to the end of its header section; past it 408. Default 10 s.
    public var headerTimeout = Duration.seconds(10)
    /// Without a byte of the request body; past it 408. Default 30 s.
    public var bodyTimeout = Duration.seconds(30)
    /// Between the requests of a kept-alive connection. Default 60 s.
    public var idleTimeout = Duration.seconds(60)
    /// Without the peer taking a byte of a waiting response. Default 30 s.
    public var writeTimeout = Duration.seconds(30)
    /// From the begin of a graceful shutdown to the hard close of what is left; `.zero`: at once. Default 10 s.
    public var shutdownTimeout = Duration.seconds(10)
    /// How long a connection that is closed with unread input stays half open, so that the peer can read the
    /// answer. Default 2 s.
    public var lingerTimeout = Duration.seconds(2)

    // MARK: Words

    /// The value of the Server field; "" leaves the field out. At most 127 bytes. Default "martlet".
    public var serverName = "martlet"
    /// Where the server's log lines go, from its level up. Default `Logger(label: "martlet")`.
    public var logger = Logger(label: "martlet")

    /// The defaults, but for the settings that are given.
    public init(
        host: String = "127.0.0.1", port: Int = 8080, reactors: Int = 0, workers: Int = 10,
        logger: Logger = Logger(label: "martlet")
    ) {
        self.host = host
        self.port = port
        self.reactors = reactors
        self.workers = workers
        self.logger = logger
    }
}
