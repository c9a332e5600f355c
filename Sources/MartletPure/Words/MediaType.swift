/// Media types by file name: RFC 9110 §8.3.1.
enum MediaType {
    /// The Content-Type for a file of that path by its extension, in any case; text with its charset.
    static func of(path: Span<UInt8>) -> StaticString {
        let fallback: StaticString = "application/octet-stream"
        guard let start = extensionStart(path), path.count - start <= mostOctets else { return fallback }
        let name = path.extracting(start..<path.count)
        var (from, to) = (0, entries.count)
        while from < to {
            let middle = (from + to) / 2
            let order = order(name, entries[middle].name.octets)
            if order == 0 { return entries[middle].type }
            if order < 0 { to = middle } else { from = middle + 1 }
        }
        return fallback
    }

    /// Behind the last dot of the last path segment.
    private static func extensionStart(_ path: Span<UInt8>) -> Int? {
        var from = path.count
        while from > 0, path[from - 1] != UInt8(ascii: "."), path[from - 1] != UInt8(ascii: "/") { from -= 1 }
        return from > 0 && path[from - 1] == UInt8(ascii: ".") ? from : nil
    }

    /// Less than, equal to or more than 0, as `name` in lower case is before, at or behind `other`.
    private static func order(_ name: Span<UInt8>, _ other: Span<UInt8>) -> Int {
        for index in 0..<min(name.count, other.count) {
            let difference = Int(Words.lower(name[index])) - Int(other[index])
            if difference != 0 { return difference }
        }
        return name.count - other.count
    }

    struct Entry: Sendable {
        let name: StaticString
        let type: StaticString

        init(_ name: StaticString, _ type: StaticString) {
            self.name = name
            self.type = type
        }
    }

    private static let mostOctets = 11

    /// In the order of their octets. Where IANA has registered a type, it is that one.
    static let entries: [Entry] = [
        Entry("7z", "application/x-7z-compressed"),
        Entry("aac", "audio/aac"),
        Entry("apng", "image/apng"),
        Entry("atom", "application/atom+xml"),
        Entry("avi", "video/x-msvideo"),
        Entry("avif", "image/avif"),
        Entry("bmp", "image/bmp"),
        Entry("bz2", "application/x-bzip2"),
        Entry("cjs", "text/javascript; charset=utf-8"),
        Entry("css", "text/css; charset=utf-8"),
        Entry("csv", "text/csv; charset=utf-8"),
        Entry("doc", "application/msword"),
        Entry("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        Entry("epub", "application/epub+zip"),
        Entry("flac", "audio/flac"),
        Entry("gif", "image/gif"),
        Entry("gz", "application/gzip"),
        Entry("heic", "image/heic"),
        Entry("htm", "text/html; charset=utf-8"),
        Entry("html", "text/html; charset=utf-8"),
        Entry("ico", "image/vnd.microsoft.icon"),
        Entry("ics", "text/calendar; charset=utf-8"),
        Entry("jar", "application/java-archive"),
        Entry("jpeg", "image/jpeg"),
        Entry("jpg", "image/jpeg"),
        Entry("js", "text/javascript; charset=utf-8"),
        Entry("json", "application/json"),
        Entry("jsonld", "application/ld+json"),
        Entry("jxl", "image/jxl"),
        Entry("log", "text/plain; charset=utf-8"),
        Entry("m3u8", "application/vnd.apple.mpegurl"),
        Entry("m4a", "audio/mp4"),
        Entry("m4v", "video/mp4"),
        Entry("map", "application/json"),
        Entry("md", "text/markdown; charset=utf-8"),
        Entry("mid", "audio/midi"),
        Entry("mjs", "text/javascript; charset=utf-8"),
        Entry("mov", "video/quicktime"),
        Entry("mp3", "audio/mpeg"),
        Entry("mp4", "video/mp4"),
        Entry("mpeg", "video/mpeg"),
        Entry("mpg", "video/mpeg"),
        Entry("oga", "audio/ogg"),
        Entry("ogg", "audio/ogg"),
        Entry("ogv", "video/ogg"),
        Entry("opus", "audio/ogg"),
        Entry("otf", "font/otf"),
        Entry("pdf", "application/pdf"),
        Entry("png", "image/png"),
        Entry("ppt", "application/vnd.ms-powerpoint"),
        Entry("pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
        Entry("ps", "application/postscript"),
        Entry("rss", "application/rss+xml"),
        Entry("rtf", "application/rtf"),
        Entry("svg", "image/svg+xml"),
        Entry("tar", "application/x-tar"),
        Entry("tif", "image/tiff"),
        Entry("tiff", "image/tiff"),
        Entry("toml", "application/toml"),
        Entry("ts", "video/mp2t"),
        Entry("tsv", "text/tab-separated-values; charset=utf-8"),
        Entry("ttf", "font/ttf"),
        Entry("txt", "text/plain; charset=utf-8"),
        Entry("vtt", "text/vtt; charset=utf-8"),
        Entry("wasm", "application/wasm"),
        Entry("wav", "audio/wav"),
        Entry("weba", "audio/webm"),
        Entry("webm", "video/webm"),
        Entry("webmanifest", "application/manifest+json"),
        Entry("webp", "image/webp"),
        Entry("woff", "font/woff"),
        Entry("woff2", "font/woff2"),
        Entry("xhtml", "application/xhtml+xml"),
        Entry("xls", "application/vnd.ms-excel"),
        Entry("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        Entry("xml", "application/xml"),
        Entry("xz", "application/x-xz"),
        Entry("yaml", "application/yaml"),
        Entry("yml", "application/yaml"),
        Entry("zip", "application/zip"),
        Entry("zst", "application/zstd"),
    ]
}
