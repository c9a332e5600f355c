internal import CCore
package import MartletEngine

extension CoreServer {
    package func route(
        _ method: CoreMethod, _ pattern: String, options: CoreRouteOptions, handler: some CoreHandler
    ) throws(CoreError) {
        let context = unsafe retain(CoreHandlerBoxOf(handler) as CoreHandlerBox)
        var raw = options.raw
        try unsafe CoreError.check { error in
            unsafe pattern.withSlice { pattern in
                unsafe mt_server_route(
                    self.raw, mt_method(rawValue: method.rawValue), pattern, handleRequest, context,
                    releaseHandler, &raw, error)
            }
        }
    }

    package func files(prefix: String, root: String) throws(CoreError) {
        try unsafe CoreError.check { error in
            unsafe prefix.withSlice { prefix in
                unsafe root.withSlice { unsafe mt_server_files(raw, prefix, $0, error) }
            }
        }
    }

    package func fallback(_ handler: some CoreHandler) throws(CoreError) {
        let context = unsafe retain(CoreHandlerBoxOf(handler) as CoreHandlerBox)
        try unsafe CoreError.check {
            unsafe mt_server_fallback(raw, handleRequest, context, releaseHandler, $0)
        }
    }

    package func errorHandler(_ handler: some CoreErrorHandler) throws(CoreError) {
        let context = unsafe retain(CoreErrorHandlerBox(handler))
        try unsafe CoreError.check {
            unsafe mt_server_error_handler(raw, handleError, context, releaseErrorHandler, $0)
        }
    }
}
