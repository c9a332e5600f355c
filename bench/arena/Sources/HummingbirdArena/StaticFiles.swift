import ArenaKit
import Hummingbird

/// The files of a folder; of text, the compressed sibling that the request would rather have.
struct StaticFiles: Sendable {
    let folder: StaticFolder
    private let files = FileIO()

    init(folder: StaticFolder) { self.folder = folder }

    func response(to request: Request, _ context: BasicRequestContext) async throws -> Response {
        let name = try context.parameters.require("file")
        guard let path = folder.path(of: name) else { throw HTTPError(.notFound) }
        let kind = StaticFolder.kind(of: name)
        var headers: HTTPFields = [.contentType: kind.mediaType.description]
        guard kind.isText else { return try await load(path, headers, context) }
        headers[.vary] = "Accept-Encoding"
        for coding in request.acceptedCodings.ordered {
            do {
                headers[.contentEncoding] = coding.name
                return try await load(path + coding.fileSuffix, headers, context)
            } catch let error as HTTPError where error.status == .notFound {
                continue
            }
        }
        headers[.contentEncoding] = nil
        return try await load(path, headers, context)
    }

    private func load(
        _ path: String, _ headers: HTTPFields, _ context: BasicRequestContext
    ) async throws -> Response {
        let body = try await files.loadFile(path: path, context: context)
        return Response(status: .ok, headers: headers, body: body)
    }
}
