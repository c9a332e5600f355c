import ArenaKit
import HTTPTypes
import Martlet

/// The files of a folder; of text, the compressed sibling that the request would rather have.
struct StaticFiles: Controller {
    let folder: StaticFolder

    func handle(_ request: borrowing Request, _ response: inout Response) throws {
        let name = request.parameters["file"]
        guard let path = folder.path(of: name) else { throw HTTPError(.notFound) }
        let kind = StaticFolder.kind(of: name)
        guard kind.isText else { return try response.send(file: path, contentType: kind.mediaType) }
        response.fields[.vary] = "Accept-Encoding"
        for coding in request.acceptedCodings.ordered {
            do {
                try response.send(file: path + coding.fileSuffix, contentType: kind.mediaType)
                response.fields[.contentEncoding] = coding.name
                return
            } catch let error as HTTPError where error.status == .notFound {
                continue
            }
        }
        try response.send(file: path, contentType: kind.mediaType)
    }
}
