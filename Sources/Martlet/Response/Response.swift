public import HTTPTypes

/// What a handler says in answer.
///
/// Nothing is sent before the handler returns, streams apart. Date, Server, Content-Length, Transfer-Encoding,
/// Connection and Keep-Alive belong to the server; "Connection: close" alone is understood. A call that cannot be done
/// (a field value with a line break, a change after the head is out) changes nothing and is noted in ``failure``; the
/// peer then gets 500 and the log a line, so that no mistake here can forge a response.
///
/// Thread: the handler's.
public struct Response: ~Copyable, ~Escapable {
    let core: CoreResponse
    /// The first call that could not be done.
    public internal(set) var failure: ResponseError?
    /// Whether the head is out and the body is a stream.
    public internal(set) var isStreaming = false
    /// Whether nothing was said at all, which is answered for with 500.
    private(set) var isUnanswered = true
    private var bytesSet = 0

    @_lifetime(copy core)
    init(_ core: CoreResponse) { self.core = core }

    /// The status. Default 200. Range 200 … 599.
    public var status: HTTPResponse.Status {
        get { HTTPResponse.Status(code: core.status) }
        set { note(core.setStatus(newValue.code), or: .invalidStatus(newValue.code)) }
    }

    /// The fields.
    public var fields: ResponseFields {
        @_lifetime(borrow self)
        get { ResponseFields(core, failure: failure) }
        @_lifetime(&self)
        _modify {
            var fields = ResponseFields(core, failure: failure)
            isUnanswered = false
            yield &fields
            failure = fields.failure
        }
    }

    /// Bytes of the body so far: as it was set, or as they were written to the stream.
    public var bodyByteCount: Int {
        isStreaming ? core.exchange?.bytesWritten ?? 0 : bytesSet
    }

    /// Lays down Content-Type unless the handler has said its own. Where it has said nothing yet nobody need look: engines
    /// leave Content-Type to their handlers.
    mutating func describe(as type: StaticString) {
        note(isUnanswered ? core.addContentType(type) : core.setContentTypeIfAbsent(type))
    }

    /// Notes the outcome of setting a body of `count` bytes.
    mutating func noteBody(_ status: CoreStatus, count: Int) {
        bytesSet = count
        note(status)
    }

    mutating func note(_ status: CoreStatus, or refusal: @autoclosure () -> ResponseError = .unavailable) {
        isUnanswered = false
        if case .ok = status { return }
        noteFailure(ResponseError(status) ?? refusal())
    }

    /// Apart, so that what nearly never happens saves no registers where all goes well.
    @inline(never)
    private mutating func noteFailure(_ error: ResponseError) {
        if failure == nil { failure = error }
    }

    /// Begins anew, as an answer to `error`: without a body, and without the fields that described it.
    mutating func begin(error: HTTPError) {
        failure = nil
        noteBody(core.borrowBody(""), count: 0)
        for name in Self.representationFields { fields[name] = nil }
        status = error.status
        // A status that cannot be sent must not leave the one from before, which says that all went well.
        if failure != nil { _ = core.setStatus(HTTPResponse.Status.internalServerError.code) }
        for field in error.fields { fields.append(field.value, for: field.name) }
    }

    /// RFC 9110 §8, and how a browser is to present it (RFC 6266).
    private static let representationFields: [HTTPField.Name] = [
        .contentType, .contentEncoding, .contentLanguage, .contentLocation, .contentRange,
        .contentDisposition,
        .eTag, .lastModified,
    ]
}
