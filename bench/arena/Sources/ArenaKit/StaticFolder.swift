/// A folder of files, where text has siblings that are compressed: `app.js.br`, `app.js.gz`.
public struct StaticFolder: Sendable {
    private let path: String

    /// The folder `static` in the folder of the data.
    public init(folder: String) { path = folder + "/static/" }

    /// The path of a file right in the folder; nil for a name that leads elsewhere or is hidden.
    public func path(of name: String) -> String? {
        let leadsElsewhere = name.utf8.contains(UInt8(ascii: "/"))
        return leadsElsewhere || name.isEmpty || name.utf8.first == UInt8(ascii: ".") ? nil : path + name
    }

    /// The media type of a name, and whether such files have compressed siblings.
    public static func kind(of name: String) -> (mediaType: StaticString, isText: Bool) {
        guard let dot = name.utf8.lastIndex(of: UInt8(ascii: ".")) else {
            return ("application/octet-stream", false)
        }
        switch name[dot...] {
        case ".css": return ("text/css; charset=utf-8", true)
        case ".js": return ("text/javascript; charset=utf-8", true)
        case ".html": return ("text/html; charset=utf-8", true)
        case ".json": return ("application/json", true)
        case ".svg": return ("image/svg+xml", true)
        case ".webp": return ("image/webp", false)
        case ".woff2": return ("font/woff2", false)
        default: return ("application/octet-stream", false)
        }
    }
}
