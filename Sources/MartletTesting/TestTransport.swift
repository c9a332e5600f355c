/// How a test's client reaches the application.
public enum TestTransport: String, Sendable, CaseIterable {
    /// Without a socket: the whole way of a request, but for the system's network. The server listens nowhere.
    case inProcess
    /// Over TCP, to a port of 127.0.0.1 that the system chooses.
    case socket
}
