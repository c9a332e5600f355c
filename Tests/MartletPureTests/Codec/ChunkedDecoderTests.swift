import Testing

@testable import MartletPure

@Suite struct ChunkedDecoderTests {
    private struct Decoded: Equatable {
        var end = "more"
        var body: [UInt8] = []
        var consumed = 0
    }

    private func decode(_ message: [UInt8], strides: Int?) -> Decoded {
        var generator = RepeatableGenerator(seed: UInt64(strides ?? 0))
        var decoder = ChunkedDecoder()
        var all = Decoded()
        while all.consumed < message.count, all.end == "more" {
            let step = strides.map { Int.random(in: 1...$0, using: &generator) } ?? message.count
            let piece = Array(message[all.consumed...].prefix(step))
            decode(piece, &decoder, &all)
        }
        return all
    }

    /// Until all of the piece is consumed.
    private func decode(_ piece: [UInt8], _ decoder: inout ChunkedDecoder, _ all: inout Decoded) {
        var at = 0
        while at < piece.count, all.end == "more" {
            var consumed = 0
            let outcome = decoder.decode(piece.span, from: at, consumed: &consumed)
            at += consumed
            switch outcome {
            case .more: #expect(at == piece.count)
            case .data(let range):
                #expect(range.upperBound == at && !range.isEmpty)
                all.body += piece[range]
            case .trailers: all.end = "trailers"
            case .rejected: all.end = decoder.reason.description
            }
        }
        all.consumed += at
    }

    /// The one outcome, however the input is split.
    private func decode(_ message: [UInt8]) -> Decoded {
        let whole = decode(message, strides: nil)
        for stride in [1, 2, 3, 5, 11, 50] {
            #expect(decode(message, strides: stride) == whole, "\(text(message).debugDescription)")
        }
        return whole
    }

    @Test(arguments: [
        ("0\r\n\r\n", ""), ("0000000000000000\r\n\r\n", ""), ("5\r\nhello\r\n0\r\n\r\n", "hello"),
        ("1\r\na\r\n2\r\nbc\r\n0003\r\ndef\r\n0\r\n\r\n", "abcdef"),
        ("a\r\n0123456789\r\n0A\r\n0123456789\r\n00\r\n\r\n", "01234567890123456789"),
        ("4\r\n\r\n\r\n\r\n0\r\n\r\n", "\r\n\r\n"),
    ])
    func `decodes chunks, and leaves the trailer section alone`(_ message: String, _ body: String) {
        let message = octets(message)
        #expect(decode(message) == Decoded(end: "trailers", body: octets(body), consumed: message.count - 2))
    }

    /// RFC 9112 §7.1.1
    @Test(arguments: [
        "1;a\r\nx\r\n0;b\r\n\r\n", "1;a=b;c;d=e\r\nx\r\n0;f=\"g\"\r\n\r\n", "1;a=\"\"\r\nx\r\n0\r\n\r\n",
        "1;a=\";\\\"\\\\ \t\u{80}\"\r\nx\r\n0\r\n\r\n", "1 ; a\t= b ; c =\t\"d\" ;e\r\nx\r\n0\r\n\r\n",
    ])
    func `passes over extensions`(_ message: String) {
        let message = octets(message)
        #expect(decode(message) == Decoded(end: "trailers", body: octets("x"), consumed: message.count - 2))
    }

    @Test func `stays at the trailers`() {
        var decoder = ChunkedDecoder()
        for (message, wanted) in [("0\r\nA: b", 3), ("A: b", 0)] {
            var consumed = 9
            guard case .trailers = decoder.decode(octets(message).span, from: 0, consumed: &consumed) else {
                Issue.record("no trailers")
                return
            }
            #expect(consumed == wanted)
        }
    }

    private static let malformed: [(reason: String, messages: [String])] = [
        ("chunk without a size", ["\r\n", " 5\r\n", "\t5\r\n", "-1\r\n", "+1\r\n", ";a\r\n", "g\r\n"]),
        ("malformed chunk size", ["0x5\r\n", "5\n", "5_0\r\n", "5\0\r\n", "5,5\r\n"]),
        ("bare CR behind a chunk size", ["5\r5", "5\r\r\n", "0\rX"]),
        (
            "white space behind a chunk size or extension",
            ["5 \r\n", "5 5\r\n", "5;a \r\n", "5;a b\r\n", "5;a=b \r\n"]
        ),
        ("chunk extension without a name", ["5;\r\n", "5;;a\r\n", "5;=a\r\n", "5;\n"]),
        ("malformed chunk extension name", ["5;a\n", "5;a(\r\n"]),
        ("chunk extension without a value", ["5;a=\r\n"]),
        ("malformed chunk extension value", ["5;a=b=c\r\n", "5;a=b\n", "5;a=\"b\"c\r\n"]),
        (
            "control octet in a chunk extension",
            ["5;a=\"b\n\"\r\n", "5;a=\"b\r\n", "5;a=\"\\\n\"\r\n", "5;a=\"\u{7f}\"\r\n"]
        ),
        ("chunk longer than its size", ["1\r\nab\r\n", "1\r\na\n"]),
        ("bare CR behind a chunk", ["1\r\na\r0"]),
    ]

    @Test func `refuses malformed chunks`() {
        for (reason, messages) in Self.malformed {
            for message in messages { #expect(decode(octets(message)).end == reason, "\(message)") }
        }
    }

    @Test func `sizes at their limit and one past it`() {
        var decoder = ChunkedDecoder()
        var consumed = 0
        _ = decoder.decode(octets("7fffffffffffffff\r\n").span, from: 0, consumed: &consumed)
        #expect(decoder.left == UInt64(Int64.max))
        for size in [
            "8000000000000000", "ffffffffffffffff", "00000000000000000", "10000000000000000",
            "7fffffffffffffff0",
        ] {
            #expect(decode(octets(size)).end == "chunk size too large")
        }
    }

    /// Extensions of `count` octets in all, spread over chunks of one octet.
    private func flood(_ count: Int) -> [UInt8] {
        var message: [UInt8] = []
        var left = count
        while left > 0 {
            let part = left < 1004 ? left : 1000  // none shorter than ";a"
            message += octets("1;\(String(repeating: "a", count: part - 1))\r\nx\r\n")
            left -= part
        }
        return message + octets("0\r\n")
    }

    @Test func `extensions at their limit and one past it`() {
        let tooMany = "too many octets of chunk extensions"
        #expect(decode(flood(ChunkedDecoder.extensionLimit)).end == "trailers")
        #expect(decode(flood(ChunkedDecoder.extensionLimit + 1)).end == tooMany)
        for start in ["1;a=\"", "1;a="] {
            let endless = octets(start + String(repeating: " ", count: ChunkedDecoder.extensionLimit))
            #expect(decode(endless).end == tooMany)
        }
    }

    @Test func `mutations have one outcome`() {
        let message = octets(
            "1a;name=value;q=\"s\\\"t\" ; x\r\nabcdefghijklmnopqrstuvwxyz\r\n3\r\nabc\r\n00;last\r\n\r\n")
        let strangers = octets("\0\t\n\r ;=\"\\0aFg\u{7f}\u{80}")
        var generator = RepeatableGenerator(seed: 77)
        var refused = 0
        for _ in 0..<2000 {
            var changed = message
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                changed[Int.random(in: changed.indices, using: &generator)] =
                    strangers.randomElement(using: &generator) ?? 0
            }
            refused += decode(changed).end == "trailers" ? 0 : 1
        }
        #expect(refused > 500 && refused < 2000)
    }
}
