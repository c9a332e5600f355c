package import MartletEngine

extension CoreResponse {
    /// Lays down Content-Type where nobody has said one. To look whether somebody has costs this engine next to nothing.
    package func addContentType(_ value: StaticString) -> CoreStatus { setContentTypeIfAbsent(value) }
}
