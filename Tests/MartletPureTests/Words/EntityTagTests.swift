import Testing

@testable import MartletPure

@Suite struct EntityTagTests {
    private func tag(_ size: UInt64, _ seconds: Int64, _ nanoseconds: UInt32) -> String {
        written { EntityTag.append(size: size, modifiedSeconds: seconds, nanoseconds: nanoseconds, to: &$0) }
    }

    private func list(_ list: String, names tag: String, by comparison: EntityTag.Comparison) -> Bool {
        EntityTag.list(octets(list).span, names: octets(tag).span, by: comparison)
    }

    @Test func `a tag is size and time in quotes`() {
        #expect(tag(0x5f, 0, 0x18b2c3) == "\"5f-18b2c3\"")
        #expect(tag(0, 0, 0) == "\"0-0\"")
        #expect(tag(1, 2, 3) == "\"1-77359403\"")
        #expect(tag(.max, -1, 999_999_999).count == 35)
    }

    @Test(arguments: [
        ("*", "\"a\""), (" * ", "\"a\""), ("\"a\"", "\"a\""), ("W/\"a\"", "\"a\""), ("\"a\"", "W/\"a\""),
        ("W/\"a\"", "W/\"a\""), ("\"x\", \"a\"", "\"a\""), ("\"x\",W/\"y\" , \"a\" ,\"z\"", "\"a\""),
        (",, \"a\",", "\"a\""), ("\"x,y\",\"a\"", "\"a\""), ("\"x,y\"", "\"x,y\""), ("\"\"", "\"\""),
        ("\"\u{80}\"", "\"\u{80}\""),
    ])
    func `matches weakly`(_ value: String, _ tag: String) {
        #expect(list(value, names: tag, by: .weak))
    }

    @Test(arguments: [
        "", ",", "\"b\"", "a", "\"a", "a\"", "\"A\"", "\"b,\"a\"", "w/\"a\"", "W/", "W/a", "*, \"a\"",
        "\"b\" \"a\"",
        "\"b\"x, \"a\"", "\"a b\"", "\"aa\"", "\"b\", *", "W/ \"a\"", "\"", "x, \"a\"",
    ])
    func `does not match what is not named`(_ value: String) {
        #expect(!list(value, names: "\"a\"", by: .weak))
        #expect(!list(value, names: "\"a\"", by: .strong))
    }

    @Test(arguments: [
        ("*", "\"a\"", true), ("\"a\"", "\"a\"", true), ("\"x\", \"a\"", "\"a\"", true),
        ("W/\"a\", \"a\"", "\"a\"", true), ("W/\"a\"", "\"a\"", false), ("\"a\"", "W/\"a\"", false),
        ("W/\"a\"", "W/\"a\"", false),
    ])
    func `matches strongly what is not weak on either side`(_ value: String, _ tag: String, _ matches: Bool) {
        #expect(list(value, names: tag, by: .strong) == matches)
    }
}
