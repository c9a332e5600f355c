import Testing

@testable import MartletPure

@Suite struct MediaTypeTests {
    private func type(of path: String) -> String { text(MediaType.of(path: octets(path).span).octets) }

    @Test(arguments: [
        ("index.html", "text/html; charset=utf-8"), ("INDEX.HTML", "text/html; charset=utf-8"),
        ("a/b.c/app.js", "text/javascript; charset=utf-8"), ("style.min.css", "text/css; charset=utf-8"),
        ("data.json", "application/json"), ("image.svg", "image/svg+xml"), ("image.png", "image/png"),
        ("image.jpeg", "image/jpeg"), ("notes.txt", "text/plain; charset=utf-8"),
        ("archive.7z", "application/x-7z-compressed"), ("last.zst", "application/zstd"),
        ("font.woff2", "font/woff2"), ("font.woff", "font/woff"), ("module.wasm", "application/wasm"),
        ("app.webmanifest", "application/manifest+json"), (".txt", "text/plain; charset=utf-8"),
    ])
    func `an extension names the type`(_ path: String, _ expected: String) {
        #expect(type(of: path) == expected)
    }

    @Test(arguments: [
        "", "html", "a.", "a.html/b", "a.html~", "a.htm l", "a.unknown", "a.htmlhtml", "a.averylongextension",
        "Makefile", "a.js\0",
    ])
    func `everything else is octets`(_ path: String) {
        #expect(type(of: path) == "application/octet-stream")
    }

    @Test func `the table is in order`() {
        let names = MediaType.entries.map { $0.name.description }
        for (before, after) in zip(names, names.dropFirst()) { #expect(before < after) }
        for entry in MediaType.entries { #expect(type(of: ".\(entry.name)") == entry.type.description) }
    }
}
