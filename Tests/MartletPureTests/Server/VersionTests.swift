import Foundation
import Testing

@testable import MartletPure

@Suite struct VersionTests {
    @Test func `the version is the C core's`() throws {
        var root = URL(filePath: #filePath).resolvingSymlinksInPath()
        for _ in 0..<4 { root.deleteLastPathComponent() }
        root.append(path: "CCore/include/martlet/abi.h")
        let header = try String(contentsOf: root, encoding: .utf8)
        let lines = header.split(separator: "\n").map { $0.split(separator: " ") }
        let parts = ["MAJOR", "MINOR", "PATCH"].compactMap { part in
            lines.first { $0.dropFirst().first == "MT_VERSION_\(part)" }?.last
        }
        #expect(parts.count == 3)
        #expect(CoreServer.version == parts.joined(separator: "."))
    }
}
