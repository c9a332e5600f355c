import Foundation

/// The files that come with the demo. `Bundle.module` would end the process where it finds none.
enum Resources {
    /// The folder `public` beside the program, where SwiftPM puts it; nil when it is not there.
    static var publicFolder: String? {
        let home = Bundle.main.bundleURL
        let candidates = [
            "martlet_Demo.resources", "martlet_Demo.bundle", "martlet_Demo.bundle/Contents/Resources",
        ]
        return candidates.map { home.appending(path: $0).appending(path: "public").path }
            .first { FileManager.default.fileExists(atPath: $0) }
    }
}
