import Foundation
import Testing

/// What the compiler itself refuses: a request, or a view of it, that would outlive its handler.
@Suite struct EscapeTests {
    /// Handlers that let something escape, and what the compiler names then.
    private static let escapes: [(handler: String, what: String)] = [
        ("{ request, response in later { print(request.path) } }", "'request'"),
        ("{ request, response in Task { print(request.path) } }", "'request'"),
        ("{ request, response async throws in later { print(request.path) } }", "'request'"),
        ("{ request, response in later { response.send(\"late\") } }", "'response'"),
        ("{ request, response async throws in later { response.send(\"late\") } }", "'response'"),
        ("{ request, response in let bytes = request.pathBytes; later { print(bytes.count) } }", "'bytes'"),
        ("{ request, response in let fields = request.fields; later { print(fields.count) } }", "'fields'"),
        ("{ request, response in let query = request.queryItems; later { print(query.all) } }", "'query'"),
    ]

    private static let fine: [String] = [
        "{ request, response in let path = request.path; later { print(path) } }",
        "{ request, response in let bytes = request.pathBytes; response.send(bytes: bytes) }",
        "{ request, response async throws in let body = request.bodyStream; Task { for try await _ in body {} } }",
    ]

    @Test func `the compiler lets neither request nor response nor their views escape a handler`() throws {
        let handlers = Self.escapes.map(\.handler) + Self.fine
        let routes = handlers.enumerated().map { index, handler in
            "func add\(index)(to server: inout Server) { server.get(\"/\") \(handler) }"
        }
        let source = "import Martlet\nfunc later(_ action: @escaping () -> Void) {}\n"
        let says = try compile(source + routes.joined(separator: "\n"))
        for (index, escape) in Self.escapes.enumerated() {
            let errors = says.filter { $0.line == index + 3 }
            #expect(errors.contains { $0.text.contains(escape.what) }, "\(escape.handler): \(errors)")
        }
        #expect(!says.contains { $0.line >= 3 + Self.escapes.count || $0.line < 3 }, "\(says)")
    }

    /// The errors that the compiler has about `source`, against the modules that these tests were built with.
    private func compile(_ source: String) throws -> [(line: Int, text: String)] {
        let folder = try TemporaryFolder()
        try folder.write(source, to: "handlers.swift")
        let file = "\(folder.path)/handlers.swift"
        let built = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
        let output = Pipe()
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        // Escapes are found in the compiler's intermediate language; a check of types alone ends before it.
        process.arguments = [
            "swiftc", "-emit-sil", "-o", "/dev/null", "-swift-version", "6", "-diagnostic-style", "llvm",
            "-I", built.appending(path: "Modules").path, "-I", built.appending(path: "CCore.build").path,
            file,
        ]
        process.standardError = output
        try process.run()
        let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        try #require(text.contains("\(file):"), "\(text)")
        return text.split(separator: "\n").compactMap { line in
            let parts = line.split(separator: ":", maxSplits: 4)
            guard parts.count == 5, parts[0] == file, parts[3] == " error", let number = Int(parts[1]) else {
                return nil
            }
            return (number, String(parts[4]))
        }
    }
}
