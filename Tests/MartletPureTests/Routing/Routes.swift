import MartletEngine

@testable import MartletPure

extension CoreMethod {
    init?(name: some StringProtocol) {
        guard let method = Self.allCases.first(where: { $0 != .unknown && "\($0.token)" == name }) else {
            return nil
        }
        self = method
    }
}

extension Route {
    /// "POST /a", or a pattern alone for GET.
    convenience init(_ text: String) {
        let words = text.split(separator: " ", maxSplits: 1)
        let method = words.count == 2 ? CoreMethod(name: words[0]) : nil
        self.init(
            method ?? .get, method == nil ? text : String(words[1]), options: CoreRouteOptions(),
            handler: HandlerBox())
    }
}

extension Router {
    /// A frozen router.
    static func of(_ routes: [String]) throws -> Router {
        let router = Router()
        for route in routes { try router.add(Route(route)) }
        try router.freeze()
        return router
    }

    /// Searches in memory that ends where the path ends, so that a sanitizer sees a read too far, and tells what is found.
    func search(_ method: CoreMethod, _ path: [UInt8]) -> Finding {
        var match = Match()
        var decoded = ByteBuffer()
        find(method, path.span, into: &match, decoded: &decoded)
        return Finding(match, path.isEmpty ? [UInt8(ascii: "/")] : path, Array(copying: decoded.span))
    }

    func tell(_ method: CoreMethod, _ path: String) -> String {
        search(method, Array(path.utf8)).description
    }
}

/// A match with its values.
struct Finding: CustomStringConvertible {
    var isMalformed: Bool
    var allowed: UInt32
    var route: Route?
    var values: [[UInt8]]

    init(_ match: borrowing Match, _ path: [UInt8], _ decoded: [UInt8]) {
        isMalformed = match.isMalformed
        allowed = match.allowed
        route = match.route
        values = (0..<match.parameterCount).map { index in
            let place = match.parameter(at: index)
            return Array((place.isDecoded ? decoded : path)[Int(place.offset)...].prefix(Int(place.count)))
        }
    }

    /// "pattern name=value name=value", "none GET HEAD" with the allowed methods, or "malformed".
    var description: String {
        if isMalformed { return "malformed" }
        guard let route else {
            let names = CoreMethod.allCases.filter { allowed & 1 << $0.rawValue != 0 }.map { "\($0.token)" }
            return (["none"] + names).joined(separator: " ")
        }
        let named = values.indices.map { index in
            let name = unsafe String(decoding: route.unsafeParameterName(at: index), as: UTF8.self)
            return "\(name)=\(String(decoding: values[index], as: UTF8.self))"
        }
        return ([route.pattern] + named).joined(separator: " ")
    }
}

/// Random numbers that are the same in every run.
struct RepeatableGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        let mixed = (state ^ state >> 30) &* 0xbf58_476d_1ce4_e5b9
        return mixed ^ mixed >> 27
    }
}
