import MartletEngine
import Testing

@testable import MartletPure

@Suite struct WordsTests {
    @Test func `methods and their tokens are one to one`() {
        let names = ["", "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"]
        #expect(CoreMethod.allCases.map { text($0.token.octets) } == names)
        for method in CoreMethod.allCases { #expect(CoreMethod(token: method.token.octets) == method) }
    }

    @Test(arguments: [
        "get", "Get", "GETS", "GE", "PUTT", "HEAd", "BREW", "DELETF", "OPTIONZ", "CONNECX", "PROPFIND",
        "TRACK",
    ])
    func `other tokens are unknown methods`(_ token: String) {
        #expect(CoreMethod(token: octets(token).span) == .unknown)
    }

    private static let fields: [(String, FieldID)] = [
        ("Host", .host), ("Connection", .connection), ("Content-Length", .contentLength),
        ("Transfer-Encoding", .transferEncoding), ("Expect", .expect), ("Upgrade", .upgrade), ("TE", .te),
        ("Trailer", .trailer), ("Keep-Alive", .keepAlive), ("Date", .date), ("Server", .server),
        ("Accept-Encoding", .acceptEncoding), ("If-Match", .ifMatch), ("If-None-Match", .ifNoneMatch),
        ("If-Modified-Since", .ifModifiedSince), ("If-Unmodified-Since", .ifUnmodifiedSince),
        ("Range", .range),
    ]

    @Test func `every field that the server acts on is found in any case`() {
        #expect(Self.fields.map(\.1) == Array(FieldID.allCases.dropFirst()))
        for (name, id) in Self.fields {
            for name in [name, name.lowercased(), name.uppercased()] {
                #expect(FieldID(name: octets(name).span) == id, "\(name)")
            }
        }
    }

    @Test func `a field name with one octet changed is another`() {
        for (name, _) in Self.fields {
            for (index, change) in octets(name).indices.flatMap({ index in [0x01, 0x80].map { (index, $0) } })
            {
                var changed = octets(name)
                changed[index] ^= UInt8(change)
                #expect(FieldID(name: changed.span) == .other, "\(text(changed))")
            }
            let shorter = Array(octets(name).dropLast())
            #expect(FieldID(name: shorter.span) == .other)
        }
    }

    @Test(arguments: [
        "", "X", "Accept", "User-Agent", "Content_Length", "Hosts", "Keep\rAlive", "Sec-WebSocket-Extensions",
    ])
    func `other field names are others`(_ name: String) {
        #expect(FieldID(name: octets(name).span) == .other)
    }

    @Test func `tokens hold token octets only`() {
        let others = octets("!#$%&'*+-.^_`|~")
        for octet in UInt8.min...UInt8.max {
            let scalar = Unicode.Scalar(octet)
            let isWord = scalar.isASCII && (scalar.properties.isAlphabetic || Words.isDigit(octet))
            let expected = isWord || others.contains(octet)
            #expect(OctetSet.token.contains(octet) == expected)
            #expect(Words.isToken([0x61, octet, 0x7a].span) == expected)
        }
        #expect(Words.isToken(Span()) == false)
    }

    @Test func `field values hold no controls but tab`() {
        for octet in UInt8.min...UInt8.max {
            var value = [UInt8](repeating: 0x61, count: 40)
            value[Int(octet) % 40] = octet
            #expect(Words.isFieldValue(value.span) == (octet == 9 || octet >= 0x20 && octet != 0x7f))
        }
        #expect(Words.isFieldValue(Span()) == true)
    }

    @Test func `letters alone differ in case`() {
        for count in 1..<20 {
            for octet in UInt8.min...UInt8.max {
                var (a, b) = ([UInt8](repeating: 0x2d, count: count), [UInt8](repeating: 0x2d, count: count))
                a[count - 1] = octet
                b[count - 1] = octet ^ 0x20
                let isLetter = octet & 0x80 == 0 && Unicode.Scalar(octet).properties.isAlphabetic
                #expect(Words.equalIgnoringCase(a.span, b.span) == isLetter, "\(octet) in \(count)")
                #expect(Words.equal(a.span, a.span) == true)
                #expect(Words.equal(a.span, b.span) == false)
            }
        }
    }

    private func closes(_ list: String) -> Bool { Words.list(octets(list).span, has: "close") }

    @Test func `a list holds its members and nothing else`() {
        for list in ["close", "x, CLOSE", "close;a=b", " , close ,", "\"a,b\", close", "\"\\\"\",close"] {
            #expect(closes(list), "\(list)")
        }
        for list in ["", ",", "closed", "x close", "\"close\"", "\"a, close\"", "x;close"] {
            #expect(!closes(list), "\(list)")
        }
    }

    @Test func `numbers have digits and a limit`() {
        for (digits, number) in [("0", 0), ("007", 7), ("65535", 65535)] {
            #expect(Words.decimal(octets(digits).span, limit: 65535) == UInt64(number))
        }
        for digits in ["", "65536", "+1", "-1", " 1", "1 ", "0x1", "1a", "99999999999999999999999"] {
            #expect(Words.decimal(octets(digits).span, limit: 65535) == nil, "\(digits)")
        }
        #expect(Words.decimal(octets("18446744073709551615").span, limit: .max) == .max)
        #expect(Words.decimal(octets("18446744073709551616").span, limit: .max) == nil)
    }
}
