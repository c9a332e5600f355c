import MartletEngine
import Testing

@testable import MartletPure

@Suite struct PatternTests {
    /// "kind:text" per segment: l literal, p parameter, r rest.
    private func describe(_ pattern: Pattern) -> String {
        pattern.segments.map { segment in
            let kind = [.literal: "l", .parameter: "p", .rest: "r"][segment.kind] ?? "?"
            return "\(kind):\(String(decoding: pattern.text[segment.range], as: UTF8.self))"
        }.joined(separator: " ")
    }

    @Test(arguments: [
        ("/", "l:", 0),
        ("/hello", "l:hello", 0),
        ("/hello/", "l:hello l:", 0),
        ("/a/{id}/b/{rest...}", "l:a p:id l:b r:rest", 2),
        ("/a/{rest…}", "l:a r:rest", 1),
        ("/{A-z_0}", "p:A-z_0", 1),
        ("/café/a b", "l:café l:a b", 0),
        ("/100%/a:b/~c;d=e", "l:100% l:a:b l:~c;d=e", 0),
        ("/%4", "l:%4", 0),
        ("/.../..", "l:... l:..", 0),
    ])
    func `cuts patterns into segments`(_ text: String, _ segments: String, _ parameters: Int) throws {
        let pattern = try Pattern(text)
        #expect(describe(pattern) == segments)
        #expect(pattern.parameterCount == parameters)
    }

    @Test(arguments: [
        ("", 0, "begins with \"/\""),
        ("hello", 0, "begins with \"/\""),
        ("*", 0, "begins with \"/\""),
        ("{a}/b", 0, "begins with \"/\""),
        ("//", 1, "only the last segment may be empty"),
        ("/a//b", 3, "only the last segment may be empty"),
        ("/a/*", 3, "{name...}"),
        ("/a/**/b", 3, "{name...}"),
        ("/a?b", 2, "without \"?\""),
        ("/a#b", 2, "without \"?\" and \"#\""),
        ("/a\tb", 2, "control"),
        ("/a\u{7F}", 2, "control"),
        ("/a\0b", 2, "control"),
        ("/a{id}", 2, "whole segment"),
        ("/{id}a", 1, "whole segment"),
        ("/{id", 1, "whole segment"),
        ("/id}", 3, "whole segment"),
        ("/}", 1, "whole segment"),
        ("/{a}{b}", 3, "letters, digits"),
        ("/{}", 2, "needs a name"),
        ("/{...}", 2, "needs a name"),
        ("/{a b}", 3, "letters, digits"),
        ("/{a..}", 3, "letters, digits"),
        ("/{a....}", 3, "letters, digits"),
        ("/{é}", 2, "letters, digits"),
        ("/{a*}", 3, "letters, digits"),
        ("/{a...}/b", 1, "only be the last"),
        ("/{a...}/", 1, "only be the last"),
        ("/{a}/b/{a}", 8, "only once"),
        ("/{a}/{a...}", 6, "only once"),
        ("/%68ello", 1, "without percent-encoding"),
        ("/a/b%2f", 4, "without percent-encoding"),
    ])
    func `refuses with the place and the rule`(_ text: String, _ offset: Int, _ rule: String) throws {
        let error = try #require(throws: CoreError.self) { try Pattern(text) }
        #expect(error.status == .invalidArgument)
        #expect(error.message.hasPrefix("pattern \"\(text)\" is refused at offset \(offset): "))
        #expect(error.message.contains(rule))
    }

    /// A pattern of the most there may be, and the one with one more.
    @Test(arguments: [
        (String(repeating: "/a", count: 64), "/a"),
        ((0..<32).map { "/{p\($0)}" }.joined(), "/{q}"),
        ("/" + String(repeating: "a", count: 8191), "a"),
    ])
    func `takes as much as the limit and no more`(_ most: String, _ more: String) throws {
        _ = try Pattern(most)
        #expect(throws: CoreError.self) { try Pattern(most + more) }
    }

    @Test func `shows long patterns cut between characters`() throws {
        let text = "/" + String(repeating: "a", count: 77) + "…" + String(repeating: "a", count: 119) + "{"
        let error = try #require(throws: CoreError.self) { try Pattern(text) }
        #expect(error.message.contains("aaa...\" is refused at offset 200: braces"))
        #expect(Pattern.excerpt(text).utf8.count == 78)
        #expect(Pattern.excerpt(String(text.prefix(78))).utf8.count == 78)
        #expect(Pattern.excerpt(String(repeating: "a", count: 80)).utf8.count == 80)
        #expect(Pattern.excerpt(String(repeating: "a", count: 81)).utf8.count == 80)
    }
}
