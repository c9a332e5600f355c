/// Status lines and reason phrases: RFC 9112 §4, RFC 9110 §15.
enum StatusLine {
    /// "HTTP/1.1 200 OK\r\n"; codes without a registered reason get an empty one, what is no code is a 500.
    @inline(__always)
    static func append(_ status: Int, to out: inout ByteBuffer) {
        if status == 200 { out.append("HTTP/1.1 200 OK\r\n") } else { appendOther(status, to: &out) }
    }

    @inline(never)
    private static func appendOther(_ status: Int, to out: inout ByteBuffer) {
        let isCode = (100...599).contains(status)
        out.append("HTTP/1.1 ")
        out.appendDecimal(UInt64(isCode ? status : 500))
        out.append(UInt8(ascii: " "))
        if let reason = registeredReason(status) { out.append(reason) }
        out.append("\r\n")
    }

    /// The registered reason phrase, or "Unknown".
    static func reason(_ status: Int) -> StaticString { registeredReason(status) ?? "Unknown" }

    /// The codes that IANA lists: RFC 9110 §16.2.1.
    private static func registeredReason(_ status: Int) -> StaticString? {
        switch status / 100 {
        case 1: informational(status)
        case 2: successful(status)
        case 3: redirection(status)
        case 4: clientError(status)
        case 5: serverError(status)
        default: nil
        }
    }

    private static func informational(_ status: Int) -> StaticString? {
        switch status {
        case 100: "Continue"
        case 101: "Switching Protocols"
        case 102: "Processing"
        case 103: "Early Hints"
        default: nil
        }
    }

    private static func successful(_ status: Int) -> StaticString? {
        switch status {
        case 200: "OK"
        case 201: "Created"
        case 202: "Accepted"
        case 203: "Non-Authoritative Information"
        case 204: "No Content"
        case 205: "Reset Content"
        case 206: "Partial Content"
        case 207: "Multi-Status"
        case 208: "Already Reported"
        case 226: "IM Used"
        default: nil
        }
    }

    private static func redirection(_ status: Int) -> StaticString? {
        switch status {
        case 300: "Multiple Choices"
        case 301: "Moved Permanently"
        case 302: "Found"
        case 303: "See Other"
        case 304: "Not Modified"
        case 305: "Use Proxy"
        case 307: "Temporary Redirect"
        case 308: "Permanent Redirect"
        default: nil
        }
    }

    private static func clientError(_ status: Int) -> StaticString? {
        switch status {
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 402: "Payment Required"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 406: "Not Acceptable"
        case 407: "Proxy Authentication Required"
        case 408: "Request Timeout"
        case 409: "Conflict"
        case 410: "Gone"
        case 411: "Length Required"
        case 412: "Precondition Failed"
        case 413: "Content Too Large"
        case 414: "URI Too Long"
        case 415: "Unsupported Media Type"
        case 416: "Range Not Satisfiable"
        case 417: "Expectation Failed"
        default: lateClientError(status)
        }
    }

    private static func lateClientError(_ status: Int) -> StaticString? {
        switch status {
        case 421: "Misdirected Request"
        case 422: "Unprocessable Content"
        case 423: "Locked"
        case 424: "Failed Dependency"
        case 425: "Too Early"
        case 426: "Upgrade Required"
        case 428: "Precondition Required"
        case 429: "Too Many Requests"
        case 431: "Request Header Fields Too Large"
        case 451: "Unavailable For Legal Reasons"
        default: nil
        }
    }

    private static func serverError(_ status: Int) -> StaticString? {
        switch status {
        case 500: "Internal Server Error"
        case 501: "Not Implemented"
        case 502: "Bad Gateway"
        case 503: "Service Unavailable"
        case 504: "Gateway Timeout"
        case 505: "HTTP Version Not Supported"
        case 506: "Variant Also Negotiates"
        case 507: "Insufficient Storage"
        case 508: "Loop Detected"
        case 510: "Not Extended"
        case 511: "Network Authentication Required"
        default: nil
        }
    }
}
