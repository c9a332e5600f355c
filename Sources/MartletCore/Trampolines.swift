internal import CCore
internal import MartletEngine

// Functions with a C signature, each a guard, an unboxing and one call. What they unbox is retained once by
// `retain(_:)` where it is handed to the engine, and released once by the destructor that is handed over with it.

func retain(_ object: some AnyObject) -> UnsafeMutableRawPointer {
    unsafe Unmanaged.passRetained(object).toOpaque()
}

func handleRequest(
    _ request: OpaquePointer?, _ response: OpaquePointer?, _ context: UnsafeMutableRawPointer?
) {
    guard let request = unsafe request, let response = unsafe response, let context = unsafe context
    else { return }
    unsafe Unmanaged<CoreHandlerBox>.fromOpaque(context)._withUnsafeGuaranteedRef {
        unsafe $0.handle(request, response)
    }
}

func releaseHandler(_ context: UnsafeMutableRawPointer?) {
    guard let context = unsafe context else { return }
    unsafe Unmanaged<CoreHandlerBox>.fromOpaque(context).release()
}

func handleError(
    _ request: OpaquePointer?, _ response: OpaquePointer?, _ status: Int32,
    _ context: UnsafeMutableRawPointer?
) {
    guard let response = unsafe response, let context = unsafe context else { return }
    let method = unsafe request.map { unsafe String(mt_request_method_name($0)) }
    let target = unsafe request.map { unsafe String(mt_request_target($0)) }
    let box = unsafe Unmanaged<CoreErrorHandlerBox>.fromOpaque(context).takeUnretainedValue()
    box.handler.handle(
        status: Int(status), method: method, target: target, unsafe CoreResponse(response))
}

func releaseErrorHandler(_ context: UnsafeMutableRawPointer?) {
    guard let context = unsafe context else { return }
    unsafe Unmanaged<CoreErrorHandlerBox>.fromOpaque(context).release()
}

func bodyArrived(
    _ event: mt_body_event, _ bytes: mt_slice, _ status: mt_status, _ context: UnsafeMutableRawPointer?
) -> mt_flow {
    guard let context = unsafe context else { return MT_FLOW_CONTINUE }
    let channel = unsafe Unmanaged<CoreBodyChannel>.fromOpaque(context).takeUnretainedValue()
    switch event {
    case MT_BODY_DATA:
        let goesOn = channel.arrived(unsafe Span(_unsafeElements: bytes.bytes))
        return goesOn ? MT_FLOW_CONTINUE : MT_FLOW_PAUSE
    case MT_BODY_END: channel.ended(.success(()))
    default: channel.ended(.failure(CoreError(status)))
    }
    return MT_FLOW_CONTINUE
}

func releaseBodyChannel(_ context: UnsafeMutableRawPointer?) {
    guard let context = unsafe context else { return }
    unsafe Unmanaged<CoreBodyChannel>.fromOpaque(context).release()
}

func exchangeCancelled(_ exchange: OpaquePointer?, _ context: UnsafeMutableRawPointer?) {
    guard let context = unsafe context else { return }
    unsafe Unmanaged<CoreExchangeEvents>.fromOpaque(context).takeUnretainedValue().cancelled()
}

func exchangeDrained(_ exchange: OpaquePointer?, _ context: UnsafeMutableRawPointer?) {
    guard let context = unsafe context else { return }
    unsafe Unmanaged<CoreExchangeEvents>.fromOpaque(context).takeUnretainedValue().wakeWriter()
}

func releaseExchangeEvents(_ context: UnsafeMutableRawPointer?) {
    guard let context = unsafe context else { return }
    unsafe Unmanaged<CoreExchangeEvents>.fromOpaque(context).release()
}

func logLine(_ level: mt_log_level, _ message: mt_slice, _ context: UnsafeMutableRawPointer?) {
    guard let context = unsafe context else { return }
    let sink = unsafe Unmanaged<CoreLogSink>.fromOpaque(context).takeUnretainedValue()
    sink.write(CoreLogLevel(rawValue: level.rawValue) ?? .error, unsafe String(message))
}

func injectedOutput(_ bytes: mt_slice, _ isEnd: Bool, _ context: UnsafeMutableRawPointer?) {
    guard let context = unsafe context else { return }
    let output = unsafe Unmanaged<CoreInjectedOutput>.fromOpaque(context)
    if isEnd {
        unsafe output.takeRetainedValue().end()
    } else {
        unsafe output.takeUnretainedValue().append(Span(_unsafeElements: bytes.bytes))
    }
}
