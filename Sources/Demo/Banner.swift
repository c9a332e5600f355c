import Foundation
import HTTPTypes
import Martlet

/// What the terminal shows once the server accepts.
struct Banner {
    private let control: ServerControl
    private let threads: String
    private let routes: [String]

    init(of server: Server) {
        control = server.control
        let settings = server.configuration
        let reactors =
            settings.reactors == 0 ? ProcessInfo.processInfo.activeProcessorCount : settings.reactors
        threads = "\(reactors.of("reactor")), \(settings.workers.of("worker")), \(Server.engine)"
        routes = server.routes.map { "  \($0.method.rawValue)".padded(to: 8) + $0.pattern }
    }

    func show() {
        let addresses = control.addresses.map { $0.hasPrefix("unix:") ? $0 : "http://\($0)" }
        let lines =
            ["Martlet \(Server.version) on \(addresses.joined(separator: " and "))", threads] + routes
            + ["Ctrl-C finishes what is under way and ends.", ""]
        // Written at once and unbuffered: a program that waits for the address must not wait for more.
        try? FileHandle.standardOutput.write(contentsOf: Data(lines.joined(separator: "\n").utf8))
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(1, width - count))
    }
}

extension Int {
    fileprivate func of(_ noun: String) -> String { "\(self) \(noun)\(self == 1 ? "" : "s")" }
}
