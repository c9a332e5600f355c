import Testing

@testable import MartletPure

@Suite struct ConditionsTests {
    private static let tag = "\"a\""
    private static let same = "Sun, 06 Nov 1994 08:49:37 GMT"
    private static let earlier = "Sun, 06 Nov 1994 08:49:36 GMT"
    private static let later = "Sun, 06 Nov 1994 08:49:38 GMT"

    /// What becomes of a GET with these fields, for "a" of Sun, 06 Nov 1994 08:49:37 GMT, in 2020.
    private func outcome(_ lines: [(String, String)]) -> Int {
        var message: [UInt8] = []
        var head = Head(fieldCapacity: 8)
        for (name, value) in lines {
            let name = octets(name)
            head.fields.append(
                FieldPlace(
                    nameOffset: UInt32(message.count), valueOffset: UInt32(message.count + name.count),
                    valueCount: UInt32(value.utf8.count), nameCount: UInt16(name.count),
                    id: FieldID(name: name.span)))
            message += name + octets(value)
        }
        return Conditions.evaluate(
            head, message.span, etag: octets(Self.tag).span, modified: 784_111_777, now: 1_577_836_800)
    }

    @Test func `without conditions everything is sent`() {
        #expect(outcome([]) == 200)
        #expect(outcome([("Accept", "*/*")]) == 200)
    }

    @Test(arguments: [
        ("If-None-Match", tag, 304), ("If-None-Match", "W/" + tag, 304), ("If-None-Match", "*", 304),
        ("If-None-Match", "\"x\"", 200), ("If-Modified-Since", same, 304), ("If-Modified-Since", later, 304),
        ("If-Modified-Since", earlier, 200), ("If-Match", tag, 200), ("If-Match", "*", 200),
        ("If-Match", "\"x\"", 412), ("If-Match", "W/" + tag, 412), ("If-Unmodified-Since", same, 200),
        ("If-Unmodified-Since", later, 200), ("If-Unmodified-Since", earlier, 412),
    ])
    func `sends nothing that the client has, and fails where it insists on something else`(
        _ name: String, _ value: String, _ status: Int
    ) {
        #expect(outcome([(name, value)]) == status)
    }

    @Test func `tags in several fields are one list`() {
        #expect(outcome([("If-None-Match", "\"x\""), ("Accept", "*/*"), ("If-None-Match", Self.tag)]) == 304)
        #expect(outcome([("If-None-Match", "\"x\""), ("If-None-Match", "\"y\"")]) == 200)
        #expect(outcome([("If-Match", "\"x\""), ("If-Match", Self.tag)]) == 200)
        #expect(outcome([("If-Match", "\"x\""), ("If-Match", "\"y\"")]) == 412)
    }

    @Test func `ignores dates that are none or several`() {
        for value in ["never", "", "\(Self.later), \(Self.later)"] {
            #expect(outcome([("If-Modified-Since", value)]) == 200)
            #expect(outcome([("If-Unmodified-Since", value)]) == 200)
        }
        #expect(outcome([("If-Modified-Since", Self.later), ("If-Modified-Since", Self.later)]) == 200)
        #expect(
            outcome([("If-Unmodified-Since", Self.earlier), ("If-Unmodified-Since", Self.earlier)]) == 200)
    }

    @Test func `two digits of a year are read from today`() {
        #expect(outcome([("If-Modified-Since", "Sunday, 06-Nov-94 08:49:37 GMT")]) == 304)
        #expect(outcome([("If-Unmodified-Since", "Sunday, 06-Nov-93 08:49:37 GMT")]) == 412)
        #expect(outcome([("If-Modified-Since", "Wednesday, 01-Jan-20 00:00:00 GMT")]) == 304)
    }

    /// RFC 9110 §13.2.2
    @Test func `tags count more than dates, and insisting more than asking`() {
        #expect(outcome([("If-None-Match", "\"x\""), ("If-Modified-Since", Self.later)]) == 200)
        #expect(outcome([("If-Modified-Since", Self.earlier), ("If-None-Match", Self.tag)]) == 304)
        #expect(outcome([("If-Match", Self.tag), ("If-Unmodified-Since", Self.earlier)]) == 200)
        #expect(outcome([("If-Unmodified-Since", Self.later), ("If-Match", "\"x\"")]) == 412)
        #expect(outcome([("If-None-Match", Self.tag), ("If-Match", "\"x\"")]) == 412)
        #expect(outcome([("If-None-Match", Self.tag), ("If-Unmodified-Since", Self.earlier)]) == 412)
        #expect(outcome([("If-None-Match", Self.tag), ("If-Match", Self.tag)]) == 304)
        #expect(outcome([("If-Modified-Since", Self.later), ("If-Unmodified-Since", Self.same)]) == 304)
    }
}
