public import HTTPTypes

extension Response {
    /// Sets the body to `text`, as "text/plain; charset=utf-8" unless Content-Type is set.
    public mutating func send(_ text: String) {
        describe(as: "text/plain; charset=utf-8")
        noteBody(core.copyBody(text), count: text.utf8.count)
    }

    /// Sets the body to `html`, as "text/html; charset=utf-8" unless Content-Type is set.
    public mutating func send(html: String) {
        describe(as: "text/html; charset=utf-8")
        noteBody(core.copyBody(html), count: html.utf8.count)
    }

    /// Sets the body to a literal, which is not copied, as `contentType` unless Content-Type is set.
    public mutating func send(
        static text: StaticString, contentType: StaticString = "text/plain; charset=utf-8"
    ) {
        describe(as: contentType)
        noteBody(core.borrowBody(text), count: text.byteCount)
    }

    /// Sets the body to a copy of `bytes`, as `contentType` unless Content-Type is set.
    public mutating func send(
        bytes: [UInt8], contentType: StaticString = "application/octet-stream"
    ) {
        send(bytes: bytes.span, contentType: contentType)
    }

    /// Sets the body to a copy of `bytes`, as `contentType` unless Content-Type is set.
    public mutating func send(
        bytes: Span<UInt8>, contentType: StaticString = "application/octet-stream"
    ) {
        describe(as: contentType)
        noteBody(core.copyBody(bytes), count: bytes.count)
    }

    /// Answers that the resource is elsewhere. `location` is an absolute or relative URI reference.
    ///
    /// The default status, 303, makes the peer ask there with GET; 307 and 308 keep the method. RFC 9110 §15.4.
    public mutating func redirect(to location: String, status: HTTPResponse.Status = .seeOther) {
        self.status = status
        fields[.location] = location
        noteBody(core.borrowBody(""), count: 0)
    }
}
