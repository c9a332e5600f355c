/// The engine's settings as plain numbers; what they mean is said where people set them, in `Configuration`.
package struct CoreConfiguration: Sendable, Equatable {
    package var reactors: UInt32 = 0
    package var pinReactors = false
    package var workers: UInt32 = 0
    package var workerQueueCapacity: UInt32 = 0
    package var maxRequestLineBytes: UInt32 = 0
    package var maxHeaderFields: UInt32 = 0
    package var maxHeaderBytes: UInt32 = 0
    package var maxBodyBytes: UInt64 = 0
    package var maxConnections: UInt32 = 0
    package var maxConnectionsPerPeer: UInt32 = 0
    package var maxPipelinedRequests: UInt32 = 0
    package var maxRequestsPerConnection: UInt64 = 0
    package var headerTimeoutMilliseconds: UInt32 = 0
    package var bodyTimeoutMilliseconds: UInt32 = 0
    package var idleTimeoutMilliseconds: UInt32 = 0
    package var writeTimeoutMilliseconds: UInt32 = 0
    package var minTransferBytesPerSecond: UInt32 = 0
    package var shutdownTimeoutMilliseconds: UInt32 = 0
    package var lingerTimeoutMilliseconds: UInt32 = 0
    package var handlerWarningMilliseconds: UInt32 = 0
    package var outputHighWaterBytes: UInt32 = 0
    package var outputLowWaterBytes: UInt32 = 0
    package var backlog: UInt32 = 0
    package var serverName = ""

    /// Nothing set: who makes one sets every setting, for the defaults are said once, in `Configuration`.
    package init() {}
}
