/// How a response says where its body ends: RFC 9112 §6.
enum BodyFraming {
    /// Content-Length.
    case length(UInt64)
    /// Transfer-Encoding: chunked.
    case chunked
    /// No field of framing: 1xx, 204, 304, or a body that ends with the connection.
    case none
}

/// What a response says about its connection: RFC 9112 §9.3.
enum Persistence {
    /// HTTP/1.1: nothing to say.
    case keepImplied
    /// HTTP/1.0 that asked: "Connection: keep-alive".
    case keepSaid
    /// "Connection: close".
    case close
}

/// Response heads and chunk lines: RFC 9112 §4, §7.1.
enum ResponseHead {
    /// Appends a head with its empty line. `preset` and `fields` are whole lines with CRLF: those that every response
    /// has, Date and Server, and those that the handler added.
    static func append(
        status: Int, framing: BodyFraming, persistence: Persistence, preset: Span<UInt8>, fields: Span<UInt8>,
        to out: inout ByteBuffer
    ) {
        StatusLine.append(status, to: &out)
        _ = unsafe out.write(fixedBound + preset.count + fields.count) { room in
            guard let memory = room.baseAddress else { return 0 }
            var writer = unsafe OctetWriter(memory)
            writer.put(preset)
            writer.put(fields)
            put(framing, &writer)
            put(persistence, &writer)
            writer.put("\r\n")
            return writer.count
        }
    }

    /// Everything behind the status line but `preset` and `fields`, at its longest: Content-Length with 20 digits,
    /// "Connection: keep-alive", the empty line.
    private static let fixedBound = 38 + 24 + 2

    @inline(__always)
    private static func put(_ framing: BodyFraming, _ writer: inout OctetWriter) {
        switch framing {
        case .length(let length):
            writer.put("Content-Length: ")
            writer.putDecimal(length)
            writer.put("\r\n")
        case .chunked: writer.put("Transfer-Encoding: chunked\r\n")
        case .none: break
        }
    }

    @inline(__always)
    private static func put(_ persistence: Persistence, _ writer: inout OctetWriter) {
        switch persistence {
        case .keepImplied: break
        case .keepSaid: writer.put("Connection: keep-alive\r\n")
        case .close: writer.put("Connection: close\r\n")
        }
    }

    /// Appends "<hex>\r\n" for a chunk of `size` > 0 octets. The chunk's end is "\r\n", the body's "0\r\n\r\n".
    static func appendChunkLine(_ size: Int, to out: inout ByteBuffer) {
        out.appendHexadecimal(UInt64(size))
        out.append("\r\n")
    }
}
