internal import Martlet

/// Where a server listens, as the server says it.
enum TestAddress: Sendable {
    case tcp(host: String, port: UInt16)
    case unix(path: String)

    private static let timeoutSeconds = 10

    init(_ text: String) throws(TestError) {
        if text.hasPrefix("unix:") {
            self = .unix(path: String(text.dropFirst("unix:".count)))
            return
        }
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            throw .badAddress(text)
        }
        let host = String(text[..<colon].drop { $0 == "[" }.prefix { $0 != "]" })
        self = .tcp(host: Self.loopback(for: host), port: port)
    }

    /// "Every address" is one to listen on, not to connect to.
    private static func loopback(for host: String) -> String {
        switch host {
        case "0.0.0.0": "127.0.0.1"
        case "::", "": "::1"
        default: host
        }
    }

    func connect() throws(TestError) -> CoreClientSocket {
        do {
            switch self {
            case .tcp(let host, let port):
                return try CoreClientSocket(host: host, port: port, timeoutSeconds: Self.timeoutSeconds)
            case .unix(let path):
                return try CoreClientSocket(path: path, timeoutSeconds: Self.timeoutSeconds)
            }
        } catch {
            throw TestError(error)
        }
    }
}

extension TestError {
    init(_ error: CoreError) {
        self = error.status == .timeout ? .timeout : .connection(error.message)
    }
}
