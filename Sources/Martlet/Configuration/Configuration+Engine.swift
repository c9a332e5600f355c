private import Logging

extension Configuration {
    /// The same settings as the engine takes them; only of a configuration that is valid.
    func applied(to defaults: CoreConfiguration) -> CoreConfiguration {
        var engine = defaults
        engine.reactors = UInt32(clamping: reactors)
        engine.pinReactors = pinReactors
        engine.workers = UInt32(clamping: workers)
        engine.workerQueueCapacity = UInt32(clamping: workerQueueCapacity)
        engine.maxRequestLineBytes = UInt32(clamping: maxRequestLineBytes)
        engine.maxHeaderFields = UInt32(clamping: maxHeaderFields)
        engine.maxHeaderBytes = UInt32(clamping: maxHeaderBytes)
        engine.maxBodyBytes = UInt64(clamping: maxBodyBytes)
        engine.maxConnections = UInt32(clamping: maxConnections)
        engine.maxConnectionsPerPeer = UInt32(clamping: maxConnectionsPerPeer)
        engine.maxPipelinedRequests = UInt32(clamping: maxPipelinedRequests)
        engine.maxRequestsPerConnection = UInt64(clamping: maxRequestsPerConnection)
        engine.headerTimeoutMilliseconds = headerTimeout.clampedMilliseconds
        engine.bodyTimeoutMilliseconds = bodyTimeout.clampedMilliseconds
        engine.idleTimeoutMilliseconds = idleTimeout.clampedMilliseconds
        engine.writeTimeoutMilliseconds = writeTimeout.clampedMilliseconds
        engine.minTransferBytesPerSecond = UInt32(clamping: minTransferBytesPerSecond)
        engine.shutdownTimeoutMilliseconds = shutdownTimeout.clampedMilliseconds
        engine.lingerTimeoutMilliseconds = lingerTimeout.clampedMilliseconds
        engine.handlerWarningMilliseconds = handlerWarning.clampedMilliseconds
        engine.outputHighWaterBytes = UInt32(clamping: outputHighWaterBytes)
        engine.outputLowWaterBytes = UInt32(clamping: outputLowWaterBytes)
        engine.backlog = UInt32(clamping: backlog)
        engine.serverName = serverName
        return engine
    }

    /// The engine's log lines, handed to the logger.
    func makeLogSink() -> CoreLogSink {
        let logger = logger
        return CoreLogSink(level: CoreLogLevel(logger.logLevel)) { level, message in
            logger.log(level: Logger.Level(level), "\(message)")
        }
    }
}

extension Duration {
    var clampedMilliseconds: UInt32 {
        UInt32(clamping: wholeMilliseconds ?? Int.max)
    }
}

extension CoreLogLevel {
    fileprivate init(_ level: Logger.Level) {
        switch level {
        case .trace, .debug: self = .debug
        case .info, .notice: self = .info
        case .warning: self = .warning
        case .error, .critical: self = .error
        }
    }
}

extension Logger.Level {
    fileprivate init(_ level: CoreLogLevel) {
        switch level {
        case .debug: self = .debug
        case .info: self = .info
        case .warning: self = .warning
        case .error: self = .error
        }
    }
}
