internal import MartletEngine

/// Patterns to routes: registered one by one, then frozen and read by every reactor without locks.
///
/// Segments are compared from the left: literal wins over parameter, parameter over rest. When the first pattern in this
/// order lacks the method, the next one that has it answers.
final class Router: @unchecked Sendable {
    /// The routes in the order they were added.
    private(set) var routes: [Route] = []
    /// Every method that any route has, as `Match.allowed`: for "OPTIONS *".
    private(set) var methods: UInt32 = 0
    private var tree = PatternTree()
    private var isFrozen = false
    // Written once, before any reactor runs: a search is not checked for exclusive access.
    @exclusivity(unchecked) private var automaton = Automaton(Automaton.Parts())
    @exclusivity(unchecked) private var exact = ExactPaths([])

    init() {}

    /// Throws `.invalidArgument` (where and why in the message), `.conflict` (both patterns named), `.invalidState`
    /// (frozen).
    func add(_ route: Route) throws(CoreError) {
        if isFrozen { throw CoreError(status: .invalidState, message: "routes cannot be added any more") }
        if route.method == .unknown {
            throw CoreError(
                status: .invalidArgument, message: "\(route.method.rawValue) is no method of a route")
        }
        if let other = tree.insert(route, try route.shape.get()) { throw Self.conflict(route, other) }
        routes.append(route)
        methods |= 1 << route.method.rawValue
        if route.method == .get { methods |= 1 << CoreMethod.head.rawValue }
    }

    /// Builds the automaton that is searched. Idempotent. Throws `.limit` (the patterns combine to too many states).
    func freeze() throws(CoreError) {
        if isFrozen { return }
        unsafe automaton = Automaton(try AutomatonBuilder(tree).parts)
        unsafe exact = ExactPaths(exactPaths())
        tree = PatternTree()
        isFrozen = true
    }

    /// Finds the route for `method` and the raw `path` ("/…"; the empty one means "/"): O(length of the path). A GET route
    /// answers HEAD when there is none of its own. Thread: any, once frozen; finds nothing before.
    func find(
        _ method: CoreMethod, _ path: Span<UInt8>, into match: inout Match, decoded: inout ByteBuffer
    ) {
        match.clear()
        if path.isEmpty { return find(method, Self.root.span, into: &match, decoded: &decoded) }
        unsafe path.withUnsafeBufferPointer { path in
            guard unsafe path[0] == UInt8(ascii: "/") else { return }
            if let accept = unsafe exact.find(path) {
                unsafe automaton.answer(accept, method, into: &match)
                if match.isWithoutParameters { return }
            }
            unsafe search(method, path, &match, &decoded)
        }
    }

    private static let root = [UInt8(ascii: "/")]

    private func search(
        _ method: CoreMethod, _ path: UnsafeBufferPointer<UInt8>, _ match: inout Match,
        _ decoded: inout ByteBuffer
    ) {
        guard unsafe PathOctets.contains(UInt8(ascii: "%"), path) else {
            unsafe automaton.answer(automaton.walk(path, match.places), method, into: &match)
            return match.keepParameters(end: path.count)
        }
        match.isDecoded = true
        guard let accept = unsafe automaton.walkDecoding(path, match.places, &decoded) else {
            match.clear()
            match.isMalformed = true
            return
        }
        unsafe automaton.answer(accept, method, into: &match)
        match.keepParameters(end: decoded.count)
    }

    /// Literal paths that stand in a request as they stand in the pattern, each once.
    private func exactPaths() -> [ExactPaths.Entry] {
        var seen: Set<String> = []
        let match = Match()
        return routes.compactMap { route in
            guard route.parameters.isEmpty, !route.pattern.utf8.contains(UInt8(ascii: "%")),
                seen.insert(route.pattern).inserted
            else { return nil }
            let octets = unsafe route.octets
            return unsafe ExactPaths.Entry(
                path: PathSegment(octets), accept: automaton.walk(octets, match.places))
        }
    }

    private static func conflict(_ route: Route, _ other: Route) -> CoreError {
        CoreError(
            status: .conflict,
            message: """
                \(route.method.token) "\(Pattern.excerpt(route.pattern))" matches the same paths as \
                "\(Pattern.excerpt(other.pattern))", which is there already
                """)
    }
}
