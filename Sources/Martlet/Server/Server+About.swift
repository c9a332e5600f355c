extension Server {
    /// Martlet's version, "major.minor.patch".
    public static var version: String { CoreServer.version }

    /// The engine that serves, as people call it: "C core".
    public static var engine: String { CoreServer.name }
}
