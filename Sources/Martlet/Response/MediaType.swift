/// The media types that bodies have.
enum MediaType {
    /// Whether a Content-Type is that of JSON: application/json, or a type that is built on it. RFC 6839 §3.1.
    static func isJSON(_ contentType: String) -> Bool {
        var essence = contentType.prefix { $0 != ";" }.lowercased()
        while essence.last == " " || essence.last == "\t" { essence.removeLast() }
        return essence == "application/json" || (essence.contains("/") && essence.hasSuffix("+json"))
    }

    /// That of a file which an application is likely to send by name.
    static func of(path: String) -> StaticString {
        guard let dot = path.lastIndex(of: "."), !path[dot...].contains("/") else {
            return "application/octet-stream"
        }
        switch path[path.index(after: dot)...].lowercased() {
        case "html", "htm": return "text/html; charset=utf-8"
        case "txt", "md": return "text/plain; charset=utf-8"
        case "css": return "text/css; charset=utf-8"
        case "csv": return "text/csv; charset=utf-8"
        case "js", "mjs": return "text/javascript; charset=utf-8"
        case "json", "map": return "application/json"
        case "xml": return "application/xml"
        case "pdf": return "application/pdf"
        case "wasm": return "application/wasm"
        case "zip": return "application/zip"
        case "gz": return "application/gzip"
        case "svg": return "image/svg+xml"
        case "png": return "image/png"
        case "jpg", "jpeg": return "image/jpeg"
        case "gif": return "image/gif"
        case "webp": return "image/webp"
        case "avif": return "image/avif"
        case "ico": return "image/x-icon"
        case "mp3": return "audio/mpeg"
        case "mp4": return "video/mp4"
        case "webm": return "video/webm"
        case "woff2": return "font/woff2"
        default: return "application/octet-stream"
        }
    }
}
