import MartletEngine
import Testing

@testable import MartletPure

/// The rules of routing read naively: every pattern is tried, the winner found by comparing.
private struct RouterModel {
    let routes: [(route: Route, pattern: Pattern)]

    init(_ router: Router) throws { routes = try router.routes.map { ($0, try $0.shape.get()) } }

    func search(_ method: CoreMethod, _ path: [UInt8]) -> Finding {
        var finding = Finding(Match(), [], [])
        guard let segments = Self.cut(path) else {
            finding.isMalformed = true
            return finding
        }
        var best: Pattern?
        for (route, pattern) in routes where Self.matches(pattern, segments) {
            finding.allowed |= 1 << route.method.rawValue
            if route.method == .get { finding.allowed |= 1 << CoreMethod.head.rawValue }
            guard answers(route, pattern, method), best.map({ Self.precedes(pattern, $0) }) ?? true else {
                continue
            }
            finding.route = route
            best = pattern
        }
        if let best { finding.values = Self.values(best, segments) }
        return finding
    }

    /// Cuts at raw slashes and decodes what is between them; nil for a broken escape.
    private static func cut(_ path: [UInt8]) -> [[UInt8]]? {
        var segments: [[UInt8]] = []
        for raw in path.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            var decoded = ByteBuffer()
            guard Target.decode(Array(raw).span, into: &decoded) else { return nil }
            segments.append(Array(copying: decoded.span))
        }
        return segments
    }

    private static func text(_ pattern: Pattern, _ segment: Pattern.Segment) -> [UInt8] {
        Array(pattern.text[segment.range])
    }

    private static func matches(_ pattern: Pattern, _ segments: [[UInt8]]) -> Bool {
        for (index, wanted) in pattern.segments.enumerated() {
            if index == segments.count { return false }
            switch wanted.kind {
            case .rest: return true
            case .parameter: if segments[index].isEmpty { return false }
            case .literal: if text(pattern, wanted) != segments[index] { return false }
            }
        }
        return pattern.segments.count == segments.count
    }

    /// Whether `a` wins over `b`, both matching the same path.
    private static func precedes(_ a: Pattern, _ b: Pattern) -> Bool {
        let pair = zip(a.segments, b.segments).first { $0.kind != $1.kind }
        return pair.map { $0.kind.rawValue < $1.kind.rawValue } ?? false
    }

    private static func isSame(_ a: Pattern, _ b: Pattern) -> Bool {
        a.segments.count == b.segments.count
            && zip(a.segments, b.segments).allSatisfy { one, other in
                one.kind == other.kind && (one.kind != .literal || text(a, one) == text(b, other))
            }
    }

    /// GET answers HEAD unless the same pattern has HEAD of its own.
    private func answers(_ route: Route, _ pattern: Pattern, _ method: CoreMethod) -> Bool {
        if route.method == method { return true }
        guard method == .head, route.method == .get else { return false }
        return !routes.contains { $0.route.method == .head && Self.isSame(pattern, $0.pattern) }
    }

    private static func values(_ pattern: Pattern, _ segments: [[UInt8]]) -> [[UInt8]] {
        pattern.segments.indices.compactMap { index in
            switch pattern.segments[index].kind {
            case .literal: nil
            case .parameter: segments[index]
            case .rest: Array(segments[index...].joined(separator: [UInt8(ascii: "/")]))
            }
        }
    }
}

@Suite struct RouterModelTests {
    private func makePattern(_ random: inout RepeatableGenerator) -> String {
        let count = Int.random(in: 1...4, using: &random)
        let segments = (0..<count).map { index in
            switch Int.random(in: 0..<(index == count - 1 ? 10 : 8), using: &random) {
            case 0..<5: ["a", "b", "c", "aa", "d", "e", "f"].randomElement(using: &random) ?? ""
            case 5..<8: "{p\(index)}"
            case 8: "{p\(index)...}"
            default: ""
            }
        }
        let method = ["GET", "POST", "HEAD", "PUT"].randomElement(using: &random) ?? ""
        return "\(method) /\(segments.joined(separator: "/"))"
    }

    private func makePath(_ random: inout RepeatableGenerator) -> String {
        let parts = ["a", "b", "c", "aa", "", "%61", "z", "d", "%2f", "%2", "f"]
        let count = Int.random(in: 1...5, using: &random)
        return (0..<count).map { _ in "/" + (parts.randomElement(using: &random) ?? "") }.joined()
    }

    @Test func `agrees with the rules on random routes and paths`() throws {
        var random = RepeatableGenerator(seed: 20_240_917)
        for _ in 0..<150 {
            let router = Router()
            for _ in 0..<Int.random(in: 1...24, using: &random) {
                do throws(CoreError) {
                    try router.add(Route(makePattern(&random)))
                } catch {
                    #expect(error.status == .conflict)
                }
            }
            try router.freeze()
            let model = try RouterModel(router)
            for _ in 0..<100 {
                let method = [CoreMethod.get, .head, .post, .put].randomElement(using: &random) ?? .get
                let path = makePath(&random)
                let found = router.search(method, Array(path.utf8))
                let expected = model.search(method, Array(path.utf8))
                #expect(found.route === expected.route, "\(method) \(path)")
                #expect(found.description == expected.description, "\(method) \(path)")
                #expect(found.allowed == expected.allowed, "\(method) \(path)")
            }
        }
    }
}
