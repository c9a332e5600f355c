internal import CCore
internal import MartletEngine

extension CoreRouteOptions {
    var raw: mt_route_options {
        mt_route_options(
            struct_size: MemoryLayout<mt_route_options>.size,
            dispatch: runsOnWorker ? MT_DISPATCH_WORKER : MT_DISPATCH_INLINE,
            body_mode: streamsBody ? MT_BODY_STREAM : MT_BODY_WHOLE,
            max_body_bytes: maxBodyBytes)
    }
}
