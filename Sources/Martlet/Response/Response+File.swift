private import HTTPTypes

extension Response {
    /// Sets the body to the regular file at `path`, which the system sends without passing it through this process's
    /// memory where it can. Opening a file may block: on slow disks use a route `on: .workers`. A path made from what a
    /// peer sent is the caller's to check; ``RouteBuilder/files(_:from:)`` does that.
    ///
    /// - Parameter contentType: what Content-Type says unless it is set; nil: what the path's extension stands for.
    /// - Throws: ``HTTPError`` 404 when there is no such file, 403 when it may not be read; ``ResponseError``.
    public mutating func send(file path: String, contentType: StaticString? = nil) throws {
        do {
            let file = try CoreFile(path: path)
            let count = Int(clamping: file.size)
            describe(as: contentType ?? MediaType.of(path: path))
            noteBody(core.sendFile(file), count: count)
        } catch {
            switch error.status {
            case .notFound: throw HTTPError(.notFound)
            case .permission: throw HTTPError(.forbidden)
            default: throw ResponseError(error.status) ?? .unavailable
            }
        }
    }
}
