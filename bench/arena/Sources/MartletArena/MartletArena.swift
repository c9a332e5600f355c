import ArenaKit
import Martlet

/// The arena's routes on Martlet: MartletArena PORT REACTORS FOLDER.
@main
struct MartletArena {
    static func main() async throws {
        let arguments = Array(CommandLine.arguments.dropFirst())
        guard arguments.count == 3, let port = Int(arguments[0]), let reactors = Int(arguments[1]) else {
            print("usage: MartletArena PORT REACTORS FOLDER")
            return
        }
        var configuration = Configuration(port: port, reactors: reactors, workers: 0)
        configuration.idleTimeout = .seconds(3600)
        var server = Server(configuration)
        try server.addArenaRoutes(folder: arguments[2])
        try await server.runUntilSignal()
    }
}

extension Server {
    mutating func addArenaRoutes(folder: String) throws {
        get("/baseline11", Baseline())
        post("/baseline11", Baseline())
        get("/pipeline") { _, response in response.send(static: "ok") }
        get("/json/{count}", Items(catalogue: try Catalogue(folder: folder)))
        post("/upload", body: .stream, maxBodyBytes: .max, Upload())
        get("/static/{file}", StaticFiles(folder: StaticFolder(folder: folder)))
    }
}
