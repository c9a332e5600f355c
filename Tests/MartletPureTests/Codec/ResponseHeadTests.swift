import Testing

@testable import MartletPure

@Suite struct ResponseHeadTests {
    private func head(
        _ status: Int, _ framing: BodyFraming, _ persistence: Persistence, preset: String = "",
        fields: String = ""
    ) -> String {
        written {
            ResponseHead.append(
                status: status, framing: framing, persistence: persistence, preset: octets(preset).span,
                fields: octets(fields).span, to: &$0)
        }
    }

    @Test func `writes a whole head`() {
        let preset = "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nServer: martlet\r\n"
        let fields = "Content-Type: text/plain\r\n"
        #expect(
            head(200, .length(13), .keepImplied, preset: preset, fields: fields)
                == "HTTP/1.1 200 OK\r\n\(preset)\(fields)Content-Length: 13\r\n\r\n")
    }

    @Test func `writes every framing and persistence`() {
        let framings: [(BodyFraming, String)] = [
            (.length(.max), "Content-Length: 18446744073709551615\r\n"),
            (.chunked, "Transfer-Encoding: chunked\r\n"), (.none, ""),
        ]
        let persistences: [(Persistence, String)] = [
            (.keepImplied, ""), (.keepSaid, "Connection: keep-alive\r\n"), (.close, "Connection: close\r\n"),
        ]
        for (framing, framingLine) in framings {
            for (persistence, persistenceLine) in persistences {
                let expected = "HTTP/1.1 404 Not Found\r\n\(framingLine)\(persistenceLine)\r\n"
                #expect(head(404, framing, persistence) == expected)
            }
        }
    }

    @Test func `copies fields of every size`() {
        for count in 0..<600 {
            let fields = (0..<count).map { String(Unicode.Scalar(UInt8($0 % 26) + 0x61)) }.joined()
            #expect(
                head(204, .none, .keepImplied, fields: fields) == "HTTP/1.1 204 No Content\r\n\(fields)\r\n")
        }
    }

    @Test func `a head begins behind what is there`() {
        let all = written {
            for status in [200, 599] {
                ResponseHead.append(
                    status: status, framing: .length(0), persistence: .keepImplied, preset: Span(),
                    fields: Span(),
                    to: &$0)
            }
        }
        #expect(
            all == "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 599 \r\nContent-Length: 0\r\n\r\n")
    }

    @Test func `writes every length`() {
        for length in Array(0...1100) + [65535, 65536, 99_999, 100_000, Int.max] {
            let expected = "HTTP/1.1 200 OK\r\nContent-Length: \(length)\r\n\r\n"
            #expect(head(200, .length(UInt64(length)), .keepImplied) == expected)
        }
    }

    @Test(arguments: [(1, "1\r\n"), (10, "a\r\n"), (65536, "10000\r\n"), (Int.max, "7fffffffffffffff\r\n")])
    func `writes chunk lines`(_ size: Int, _ line: String) {
        #expect(written { ResponseHead.appendChunkLine(size, to: &$0) } == line)
    }
}
