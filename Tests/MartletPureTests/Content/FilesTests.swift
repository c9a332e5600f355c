#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif
import MartletEngine
import Testing

@testable import MartletPure

/// A folder "root" with files to serve, beside what must never be served.
@Suite struct FilesTests {
    private let folder: TemporaryFolder
    private let files: Files

    init() throws {
        folder = try TemporaryFolder()
        for name in [
            "root", "root/docs", "root/bare", "root/odd", "root/odd/index.html", "root/.git", "outside",
        ] { try folder.makeFolder(name) }
        let texts: KeyValuePairs = [
            "secret.txt": "secret", "outside/index.html": "secret", "root/index.html": "root index",
            "root/a.txt": "alpha", "root/b c.bin": "beta", "root/empty.txt": "",
            "root/back\\slash.txt": "odd",
            "root/.hidden": "secret", "root/.git/config": "secret", "root/docs/index.html": "docs index",
            "root/docs/guide.txt": "guide",
        ]
        for (name, text) in texts { try folder.makeFile(name, text) }
        let links: KeyValuePairs = [
            "out.txt": "../secret.txt", "outfolder": "../outside", "absolute": "/etc/passwd",
            "in.txt": "docs/guide.txt", "infolder": "docs", "loop": "loop", "broken": "nowhere",
        ]
        for (name, target) in links { try folder.makeLink("root/\(name)", to: target) }
        try folder.makePipe("root/pipe.txt")
        files = try Files(root: folder.path(of: "root"))
    }

    private func open(_ path: String) throws(CoreError) -> OpenFile {
        var place = ByteBuffer()
        return try files.open(Array(path.utf8).span, &place)
    }

    private func status(_ path: [UInt8]) -> CoreStatus {
        do throws(CoreError) {
            var place = ByteBuffer()
            _ = try files.open(path.span, &place)
            return .ok
        } catch {
            return error.status
        }
    }

    private func expect(_ path: String, _ text: String, _ mediaType: String) throws {
        var file = try open(path)
        let size = Int(file.size)
        #expect("\(file.mediaType)" == mediaType)
        let descriptor = file.relinquish()
        defer { close(descriptor) }
        let content = unsafe [UInt8](unsafeUninitializedCapacity: 64) { room, count in
            count = unsafe max(0, read(descriptor, room.baseAddress, room.count))
        }
        #expect(content == Array(text.utf8))
        #expect(size == content.count)
    }

    @Test(arguments: [
        ("a.txt", "alpha", "text/plain; charset=utf-8"), ("empty.txt", "", "text/plain; charset=utf-8"),
        ("docs/guide.txt", "guide", "text/plain; charset=utf-8"),
        ("b c.bin", "beta", "application/octet-stream"),
    ])
    func `serves regular files`(_ path: String, _ text: String, _ mediaType: String) throws {
        try expect(path, text, mediaType)
    }

    @Test(arguments: [
        ("", "root index"), ("index.html", "root index"), ("docs", "docs index"), ("docs/", "docs index"),
    ])
    func `serves the index of folders`(_ path: String, _ text: String) throws {
        try expect(path, text, "text/html; charset=utf-8")
    }

    @Test(arguments: [
        ("in.txt", "guide", "text/plain; charset=utf-8"),
        ("infolder/guide.txt", "guide", "text/plain; charset=utf-8"),
        ("infolder/", "docs index", "text/html; charset=utf-8"),
        ("infolder", "docs index", "text/html; charset=utf-8"),
    ])
    func `follows links that stay inside`(_ path: String, _ text: String, _ mediaType: String) throws {
        try expect(path, text, mediaType)
    }

    private static let tricks = [
        "nowhere", "docs/nowhere", "..", "../secret.txt", "../root/a.txt", "docs/../a.txt",
        "docs/../../secret.txt",
        "docs/..", ".", "./a.txt", "docs/.", "/a.txt", "/", "/etc/passwd", "//etc/passwd", "docs//guide.txt",
        "docs//", "a.txt/", "a.txt/index.html", ".hidden", ".git/config", ".git", "docs/.hidden",
        "..\\secret.txt",
        "back\\slash.txt", "a.txt\0", "a.txt\0.html", "\0", "out.txt", "outfolder", "outfolder/index.html",
        "absolute", "loop", "broken", "pipe.txt", "bare", "bare/", "odd",
    ]

    @Test func `finds nothing by any trick`() {
        for path in Self.tricks { #expect(status(Array(path.utf8)) == .notFound, "\(path)") }
    }

    @Test func `finds nothing by octets that are no UTF-8`() {
        #expect(status(Array("A.TXT".utf8) + [0xFF]) == .notFound)
    }

    @Test func `finds nothing by paths that are too long`() {
        let flat = [UInt8](repeating: UInt8(ascii: "a"), count: 8192)
        let deep = flat.indices.map { $0 % 5 == 4 ? UInt8(ascii: "/") : flat[$0] }
        for count in 4080...4100 {
            #expect(status(Array(flat.prefix(count))) == .notFound)
            #expect(status(Array(deep.prefix(count))) == .notFound)
        }
    }

    @Test func `tells time and a tag that changes with size and nanoseconds`() throws {
        func look() throws -> (seconds: Int64, tag: String) {
            let file = try open("a.txt")
            var tag = ByteBuffer()
            file.appendEntityTag(to: &tag)
            return (file.modifiedSeconds, String(decoding: tag.span))
        }
        try folder.setTime("root/a.txt", seconds: 1_700_000_000, nanoseconds: 123_456_789)
        let first = try look()
        #expect(first.seconds == 1_700_000_000)
        #expect(first.tag == "\"5-17979cfe3d85cd15\"")
        try #expect(look().tag == first.tag)
        try folder.setTime("root/a.txt", seconds: 1_700_000_000, nanoseconds: 123_456_790)
        try #expect(look().tag != first.tag)
        try folder.makeFile("root/a.txt", "alphabet")
        try folder.setTime("root/a.txt", seconds: 1_700_000_000, nanoseconds: 123_456_789)
        try #expect(look().tag != first.tag)
    }

    @Test func `leaks no descriptors`() {
        #expect(folder.openDescriptors == 1)
        for path in [
            "bare", "odd", "odd/", "pipe.txt", "docs", "", "nowhere", "infolder/guide.txt", "outfolder/",
        ] {
            _ = status(Array(path.utf8))
            #expect(folder.openDescriptors == 1, "\(path)")
        }
    }

    @Test(arguments: ["secret.txt", "nowhere", "", "a\0b", String(repeating: "a", count: 5000)])
    func `refuses roots that are no folders`(_ name: String) throws {
        let root = name.isEmpty ? "" : folder.path(of: name)
        let error = try #require(throws: CoreError.self) { try Files(root: root) }
        #expect(error.status == .notFound)
        #expect(error.message.contains("folder"))
    }
}
