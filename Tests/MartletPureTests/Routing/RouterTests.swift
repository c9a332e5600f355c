import MartletEngine
import Testing

@testable import MartletPure

/// Routes, a method, and what is found for which path.
struct Searches: CustomTestStringConvertible {
    let what: String
    var method = CoreMethod.get
    let routes: [String]
    let told: KeyValuePairs<String, String>

    var testDescription: String { what }
}

@Suite struct RouterTests {
    private static let searches = [
        Searches(
            what: "literals and parameters",
            routes: ["/", "/hello", "/hello/", "/users/{id}", "/a/{x}/b/{y-2}"],
            told: [
                "/": "/", "/hello": "/hello", "/hello/": "/hello/", "/hello/x": "none", "/hell": "none",
                "/hellO": "none", "/users/42": "/users/{id} id=42", "/users/42/": "none", "/users": "none",
                "/a/1/b/2": "/a/{x}/b/{y-2} x=1 y-2=2", "/a/1/c/2": "none", "*": "none", "hello": "none",
            ]),
        Searches(what: "the empty path is the root's", routes: ["/"], told: ["": "/"]),
        Searches(
            what: "literals are compared with the decoded segment",
            routes: ["/hello", "/café/a b", "/100%", "/{p}/x"],
            told: [
                "/%68ello": "/hello", "/%68%65%6C%6c%6f": "/hello", "/caf%C3%A9/a%20b": "/café/a b",
                "/café/a b": "/café/a b", "/100%25": "/100%", "/100%": "malformed", "/hello%2Fx": "none",
                "%2Fhello": "none",
            ]),
        Searches(
            what: "parameters are decoded, and an escaped slash stays in its segment",
            routes: ["/f/{name}", "/s/{a}/{rest...}"],
            told: [
                "/f/a%2Fb": "/f/{name} name=a/b", "/f/a+b%2B": "/f/{name} name=a+b+",
                "/s/%7e/x%2fy/z%21": "/s/{a}/{rest...} a=~ rest=x/y/z!",
                "/s/1/%25%32%35/%20": "/s/{a}/{rest...} a=1 rest=%25/ ",
                "/s/%31/": "/s/{a}/{rest...} a=1 rest=",
            ]),
        Searches(
            what: "broken escapes and NUL are malformed wherever they are",
            routes: ["/a/{b}", "/r/{rest...}", "/deep/x/y"],
            told: [
                "/a/%": "malformed", "/a/%4": "malformed", "/a/%4g": "malformed", "/a/%00": "malformed",
                "/%zz/b": "malformed", "/r/a/b/c/%2": "malformed", "/no/such/place/%": "malformed",
                "/r/x/y/z%00": "malformed", "/a/%01": "/a/{b} b=\u{1}",
            ]),
        Searches(
            what: "a rest matches behind its slash only",
            routes: ["/static/{p...}", "/all/{x}/{p…}"],
            told: [
                "/static": "none", "/static/": "/static/{p...} p=", "/static/a": "/static/{p...} p=a",
                "/static/a/b": "/static/{p...} p=a/b", "/static//": "/static/{p...} p=/",
                "/static/a//b/": "/static/{p...} p=a//b/", "/static/../x": "/static/{p...} p=../x",
                "/all/1": "none", "/all/1/": "/all/{x}/{p…} x=1 p=", "/all/1/2/3": "/all/{x}/{p…} x=1 p=2/3",
            ]),
        Searches(
            what: "a rest at the root matches everything", routes: ["/{p...}"],
            told: ["/": "/{p...} p=", "/a": "/{p...} p=a", "//": "/{p...} p=/", "": "/{p...} p="]),
        Searches(
            what: "a parameter gets no empty segment", routes: ["/{a}", "/x/{a}", "/x/{a}/y", "/x/"],
            told: ["/": "none", "//": "none", "/x/": "/x/", "/x//y": "none", "/x//": "none"]),
        Searches(
            what: "the more specific segment from the left is preferred",
            routes: ["/{rest...}", "/{a}/{b}", "/a/{b}", "/{a}/b", "/a/b", "/a/{rest...}", "/{x}/b/c"],
            told: [
                "/a/b": "/a/b", "/a/c": "/a/{b} b=c", "/c/b": "/{a}/b a=c", "/c/d": "/{a}/{b} a=c b=d",
                "/a/": "/a/{rest...} rest=", "/a/b/c": "/a/{rest...} rest=b/c", "/c/b/c": "/{x}/b/c x=c",
                "/c/b/d": "/{rest...} rest=c/b/d", "/a": "/{rest...} rest=a", "/c/": "/{rest...} rest=c/",
            ]),
        Searches(
            what: "there are no dead ends",
            routes: ["/a/{x}/c", "/a/b/d", "/{p}/b/{q}/e", "/{r...}"],
            told: [
                "/a/b/c": "/a/{x}/c x=b", "/a/b/d": "/a/b/d", "/a/b/d/e": "/{p}/b/{q}/e p=a q=d",
                "/a/b/e": "/{r...} r=a/b/e", "/a/b/d/f": "/{r...} r=a/b/d/f",
            ]),
        Searches(
            what: "a less specific pattern answers for a missing method", routes: methods,
            told: ["/a/b": "/a/{x} x=b", "/a/": "none DELETE"]),
        Searches(
            what: "the least specific one, too", method: .delete, routes: methods,
            told: ["/a/b": "/{r...} r=a/b", "/%61/b": "/{r...} r=a/b"]),
        Searches(
            what: "methods of all patterns that match are allowed", method: .put, routes: methods,
            told: [
                "/a/b": "none GET HEAD POST DELETE", "/a/c": "none GET HEAD DELETE",
                "/a/%62": "none GET HEAD POST DELETE", "/other": "/other",
            ]),
        Searches(
            what: "nobody answers an unknown method", method: .unknown, routes: methods,
            told: ["/other": "none PUT DELETE"]),
        Searches(
            what: "GET answers HEAD unless there is one of its own", method: .head,
            routes: ["/a", "HEAD /a/x", "/a/x", "POST /p", "HEAD /{any}"],
            told: ["/a": "/a", "/a/x": "/a/x", "/p": "/{any} any=p", "/q": "/{any} any=q"]),
        Searches(
            what: "there is nothing without routes", routes: [],
            told: ["/": "none", "/a/b/c": "none", "*": "none", "/%00": "malformed"]),
    ]

    private static let methods = ["POST /a/b", "/a/{x}", "DELETE /{r...}", "PUT /other"]

    @Test(arguments: searches) func `finds what the rules say`(_ searches: Searches) throws {
        let router = try Router.of(searches.routes)
        for (path, told) in searches.told { #expect(router.tell(searches.method, path) == told, "\(path)") }
    }

    @Test func `gives HEAD the pattern's own route, or that of GET`() throws {
        let router = try Router.of(["/a", "HEAD /a/x", "/a/x"])
        #expect(router.search(.head, Array("/a/x".utf8)).route?.method == .head)
        #expect(router.search(.head, Array("/a".utf8)).route?.method == .get)
    }

    @Test func `finds each of many siblings`() throws {
        let router = try Router.of((0..<300).map { "/{p}/s\($0 * 7)/{x}" })
        for number in 0..<2100 {
            let told = number % 7 == 0 ? "/{p}/s\(number)/{x} p=a x=v" : "none"
            #expect(router.tell(.get, "/a/s\(number)/v") == told)
        }
    }

    /// A text of that many octets, and those that differ from it in one.
    private func neighbours(_ count: Int) -> (text: String, others: [String]) {
        let text = [UInt8](repeating: UInt8(ascii: "a"), count: count)
        let others = text.indices.map { index in
            var other = text
            other[index] = UInt8(ascii: "b")
            return String(decoding: other, as: UTF8.self)
        }
        return (String(decoding: text, as: UTF8.self), others)
    }

    @Test(arguments: 1...40) func `tells literals apart by each of their octets`(_ count: Int) throws {
        let (text, others) = neighbours(count)
        let alone = try Router.of(["/\(text)", "/\(text)/{x}"])
        let among = try Router.of(([text] + others).flatMap { ["/\($0)", "/\($0)/{x}"] })
        for path in [text] + others {
            #expect(alone.tell(.get, "/\(path)") == (path == text ? "/\(text)" : "none"))
            #expect(alone.tell(.get, "/\(path)/1") == (path == text ? "/\(text)/{x} x=1" : "none"))
            #expect(among.tell(.get, "/\(path)") == "/\(path)")
            #expect(among.tell(.get, "/\(path)/1") == "/\(path)/{x} x=1")
            #expect(among.tell(.get, "/\(path)a/1") == "none")
        }
    }

    @Test(arguments: 1...40) func `cuts paths at each length`(_ count: Int) throws {
        let (text, _) = neighbours(count)
        let router = try Router.of(["/{a}", "/{a}/{b}", "/{a}/{b}/"])
        #expect(router.tell(.get, "/\(text)") == "/{a} a=\(text)")
        #expect(router.tell(.get, "/\(text)/") == "none")
        #expect(router.tell(.get, "/\(text)/\(text)") == "/{a}/{b} a=\(text) b=\(text)")
        #expect(router.tell(.get, "/x/\(text)/") == "/{a}/{b}/ a=x b=\(text)")
        #expect(router.tell(.get, "/\(text)%41") == "/{a} a=\(text)A")
        #expect(router.tell(.get, "/\(text)%") == "malformed")
    }

    @Test func `walks paths longer than any pattern`() throws {
        let router = try Router.of(["/{a}/{b}/{r...}", "/x/{c}"])
        let path = String(repeating: "/x", count: 10000)
        let values = router.search(.get, Array(path.utf8)).values
        #expect(values.count == 3)
        #expect(values.last.map { $0.count } == 20000 - 5)
    }

    @Test func `fills a pattern of the most segments and parameters`() throws {
        let pattern = (0..<32).map { "/s/{p\($0)\($0 == 31 ? "..." : "")}" }.joined()
        let path = (0..<32).map { "/s/%76\($0)" }.joined()
        let told = (0..<32).map { " p\($0)=v\($0)" }.joined()
        let router = try Router.of([pattern])
        #expect(router.tell(.get, path + "/w//x") == pattern + told + "/w//x")
    }

    @Test func `borrows values from the path when nothing is escaped`() throws {
        let router = try Router.of(["/u/{id}"])
        var match = Match()
        var decoded = ByteBuffer()
        router.find(.get, Array("/u/42".utf8).span, into: &match, decoded: &decoded)
        #expect(match.parameter(at: 0).offset == 3)
        #expect(!match.parameter(at: 0).isDecoded)
        let count = decoded.count
        #expect(count == 0)
    }

    @Test func `forgets in a match what the search before it found`() throws {
        let router = try Router.of(["/u/{id}", "/plain"])
        var match = Match()
        var decoded = ByteBuffer()
        for (path, count) in [("/u/%34", 1), ("/plain", 0), ("/u/%", 0), ("/nowhere", 0), ("/u/5", 1)] {
            decoded.removeAll()
            router.find(.get, Array(path.utf8).span, into: &match, decoded: &decoded)
            #expect(match.parameterCount == count)
            #expect(match.isMalformed == (path == "/u/%"))
            #expect(match.hasRoute == (path != "/u/%" && path != "/nowhere"))
        }
    }

    @Test func `finds nothing before it is frozen`() throws {
        let router = Router()
        try router.add(Route("/"))
        #expect(router.tell(.get, "/") == "none")
    }
}
