#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif
import Testing

@testable import MartletPure

/// By the system's own call where there is one, and by the walk: both find the same.
private enum Way: CaseIterable {
    case find, walk

    func callAsFunction(_ path: String, from root: Int32) throws(SystemFailure) -> Int32 {
        switch self {
        case .find: try Beneath.find(Array(path.utf8).span, from: root)
        case .walk: try Beneath.walk(Array(path.utf8).span, from: root)
        }
    }
}

@Suite final class BeneathTests {
    private let folder: TemporaryFolder
    private let root: Int32

    init() throws {
        folder = try TemporaryFolder()
        for name in ["root", "root/docs", "root/docs/deep", "root/closed", "outside"] {
            try folder.makeFolder(name)
        }
        let texts: KeyValuePairs = [
            "secret.txt": "secret", "outside/index.html": "secret", "root/a.txt": "alpha",
            "root/docs/guide.txt": "guide", "root/closed/b.txt": "beta",
        ]
        for (name, text) in texts { try folder.makeFile(name, text) }
        let links: KeyValuePairs = [
            "out": "../secret.txt", "outfolder": "../outside", "absolute": "/etc/passwd",
            "inside": folder.path(of: "root/a.txt"), "in": "docs/guide.txt", "up": "docs/../a.txt",
            "docs/up": "../a.txt", "docs/deep/far": "../../docs//./deep/../guide.txt", "infolder": "docs",
            "deeper": "docs/deep/", "dots": "docs/.", "parent": "docs/deep/..", "loop": "loop",
            "broken": "nowhere",
            "through": "../root/a.txt", "docs/deep/out": "../../../secret.txt", "fileslash": "a.txt/",
            "above": "..", "here": ".",
        ]
        for (name, target) in links { try folder.makeLink("root/\(name)", to: target) }
        root = try Beneath.openRoot(folder.path(of: "root"))
    }

    deinit { close(root) }

    private func text(_ path: String, _ way: Way) throws(SystemFailure) -> String {
        let descriptor = try way(path, from: root)
        defer { close(descriptor) }
        let content = unsafe [UInt8](unsafeUninitializedCapacity: 64) { room, count in
            count = unsafe max(0, read(descriptor, room.baseAddress, room.count))
        }
        return String(decoding: content, as: UTF8.self)
    }

    private static let inside: KeyValuePairs = [
        "a.txt": "alpha", "docs/guide.txt": "guide", "./docs/./guide.txt": "guide",
        "docs//guide.txt": "guide",
        "docs/../a.txt": "alpha", "docs/deep/../../a.txt": "alpha", "in": "guide", "up": "alpha",
        "docs/up": "alpha",
        "docs/deep/far": "guide", "deeper/far": "guide", "infolder/guide.txt": "guide",
        "infolder/up": "alpha",
        "infolder/deep/far": "guide", "deeper/../guide.txt": "guide", "parent/guide.txt": "guide",
        "here/a.txt": "alpha", "here/here/in": "guide", "closed/b.txt": "beta",
    ]

    @Test(arguments: Way.allCases)
    private func `finds what is below, also by links`(_ way: Way) throws {
        for (path, text) in Self.inside { #expect(try self.text(path, way) == text, "\(path)") }
    }

    @Test(arguments: [
        "docs", "docs/", "infolder", "infolder/", "deeper", "dots", "parent", "here", "docs/.", "docs/..",
    ])
    private func `opens folders, however they are called`(_ path: String) throws {
        for way in Way.allCases {
            let descriptor = try way(path, from: root)
            defer { close(descriptor) }
            var info = stat()
            #expect(unsafe fstat(descriptor, &info) == 0)
            #expect(info.st_mode & S_IFMT == S_IFDIR)
        }
    }

    private static let refused: KeyValuePairs = [
        "nowhere": ENOENT, "docs/nowhere": ENOENT, "nowhere/a.txt": ENOENT, "broken": ENOENT, "": ENOENT,
        "..": EXDEV, "../secret.txt": EXDEV, "../root/a.txt": EXDEV, "docs/../../secret.txt": EXDEV,
        "/a.txt": EXDEV, "/etc/passwd": EXDEV, "out": EXDEV, "outfolder": EXDEV,
        "outfolder/index.html": EXDEV,
        "absolute": EXDEV, "inside": EXDEV, "through": EXDEV, "docs/deep/out": EXDEV, "deeper/out": EXDEV,
        "above": EXDEV, "above/root/a.txt": EXDEV, "here/../a.txt": EXDEV, "a.txt/": ENOTDIR,
        "a.txt/b": ENOTDIR, "fileslash": ENOTDIR, "loop": ELOOP, "loop/a": ELOOP,
    ]

    @Test(arguments: Way.allCases)
    private func `refuses the rest for the same reason`(_ way: Way) throws {
        for (path, number) in Self.refused {
            let failure = try #require(throws: SystemFailure.self, "\(path)") { try text(path, way) }
            #expect(failure.number == number, "\(path)")
        }
        #expect(folder.openDescriptors == 1)
    }

    @Test(arguments: Way.allCases)
    private func `follows as many links as Linux does`(_ way: Way) throws {
        for number in 1...41 {
            try folder.makeLink("root/link\(number)", to: number == 1 ? "a.txt" : "link\(number - 1)")
        }
        #expect(try text("link40", way) == "alpha")
        let failure = try #require(throws: SystemFailure.self) { try text("link41", way) }
        #expect(failure.number == ELOOP)
    }

    @Test(arguments: Way.allCases)
    private func `takes names as long as the system does`(_ way: Way) throws {
        let name = String(repeating: "n", count: 255)
        try folder.makeFile("root/\(name)", "long")
        #expect(try text(name, way) == "long")
        let failure = try #require(throws: SystemFailure.self) { try text(name + "n", way) }
        #expect(failure.number == ENAMETOOLONG)
    }

    @Test(arguments: Way.allCases)
    private func `waits for no pipe's writer`(_ way: Way) throws {
        try folder.makePipe("root/pipe")
        #expect(try text("pipe", way).isEmpty)
    }
}
