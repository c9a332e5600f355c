internal import MartletEngine

extension CoreMethod {
    /// The method of a token, in its exact case; `unknown` for others.
    init(token: Span<UInt8>) {
        switch token.count {
        case 3: self = token.says("GET") ? .get : token.says("PUT") ? .put : .unknown
        case 4: self = token.says("POST") ? .post : token.says("HEAD") ? .head : .unknown
        case 5: self = token.says("PATCH") ? .patch : token.says("TRACE") ? .trace : .unknown
        case 6: self = token.says("DELETE") ? .delete : .unknown
        case 7: self = token.says("OPTIONS") ? .options : token.says("CONNECT") ? .connect : .unknown
        default: self = .unknown
        }
    }

    /// Its token; empty for `unknown`.
    var token: StaticString {
        switch self {
        case .unknown: ""
        case .get: "GET"
        case .head: "HEAD"
        case .post: "POST"
        case .put: "PUT"
        case .delete: "DELETE"
        case .connect: "CONNECT"
        case .options: "OPTIONS"
        case .trace: "TRACE"
        case .patch: "PATCH"
        }
    }
}

extension Span<UInt8> {
    fileprivate func says(_ word: StaticString) -> Bool { Words.equal(self, word) }
}
