extension Request {
    /// The bytes of ``target``, not copied.
    public var targetBytes: Span<UInt8> {
        @_lifetime(copy self) get { core.target }
    }

    /// The bytes of ``path``, not copied.
    public var pathBytes: Span<UInt8> {
        @_lifetime(copy self) get { core.path }
    }

    /// The bytes of ``query``, not copied.
    public var queryBytes: Span<UInt8> {
        @_lifetime(copy self) get { core.query }
    }

    /// The header fields.
    public var fields: RequestFields {
        @_lifetime(copy self) get { RequestFields(core, section: .header) }
    }

    /// The fields that came behind a chunked body, once it has ended. RFC 9112 §7.1.2.
    public var trailers: RequestFields {
        @_lifetime(copy self) get { RequestFields(core, section: .trailer) }
    }

    /// What the pattern's `{name}` and `{name…}` stand for.
    public var parameters: Parameters {
        @_lifetime(copy self) get { Parameters(core) }
    }

    /// The query, taken apart at "&" and "=" and percent-decoded.
    public var queryItems: QueryItems {
        @_lifetime(copy self) get { QueryItems(core.query) }
    }
}
