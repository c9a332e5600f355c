internal import MartletEngine

/// What is searched: a deterministic automaton over path segments, made once from the tree of patterns and only read from
/// then on. A state stands for all patterns that the segments so far agree with, so a search never goes back.
@safe
struct Automaton: ~Copyable {
    /// A literal that a state knows. A free slot of a table has no text.
    @safe
    struct Edge: BitwiseCopyable {
        var text: UnsafePointer<UInt8>?
        var count: UInt32 = 0
        var target = Automaton.dead
    }

    struct State: BitwiseCopyable {
        var firstEdge: UInt32 = 0
        /// Compared one by one; 0 when there is a table.
        var edgeCount: UInt32 = 0
        /// Slots of the table less one; 0: no table.
        var edgeMask: UInt32 = 0
        /// Behind a segment that no edge names.
        var other = Automaton.dead
        /// Behind an empty segment.
        var empty = Automaton.dead
        /// What answers when the path ends here.
        var accept: UInt32 = 0
    }

    /// What its parts are called while they are built.
    @safe
    struct Parts {
        var states: [State] = [State(), State()]
        var edges: [Edge] = []
        /// By acceptance, as `Match.allowed`. The first one accepts nothing.
        var allowed: [UInt32] = [0]
        /// By acceptance and method.
        var routes = unsafe [Unmanaged<Route>?](repeating: nil, count: Automaton.methods)
    }

    /// The state that no pattern reaches.
    static let dead: UInt32 = 0
    static let start: UInt32 = 1
    static let methods = CoreMethod.allCases.count
    /// Edges that fill one cache line are compared one by one.
    static let mostLinearEdges = 4

    private let states: Table<State>
    private let edges: Table<Edge>
    private let allowed: Table<UInt32>
    private let routes: Table<Unmanaged<Route>?>

    init(_ parts: Parts) {
        states = Table(parts.states)
        edges = Table(parts.edges)
        allowed = Table(parts.allowed)
        unsafe routes = Table(parts.routes)
    }

    /// What an acceptance answers to `method`.
    func answer(_ accept: UInt32, _ method: CoreMethod, into match: inout Match) {
        match.allowed = unsafe allowed[accept]
        unsafe match.take(routes[accept * UInt32(Self.methods) + method.rawValue])
    }

    /// Where an edge of that name is first looked for.
    static func slot(_ text: UnsafeBufferPointer<UInt8>, _ mask: UInt32) -> UInt32 {
        unsafe UInt32(truncatingIfNeeded: PathOctets.hash(text)) & mask
    }
}

// MARK: - Walking

extension Automaton {
    /// Walks along a path ("/…") without escapes and notes where its segments are. Returns the acceptance.
    func walk(_ path: UnsafeBufferPointer<UInt8>, _ places: UnsafeMutablePointer<Place>) -> UInt32 {
        var state = Self.start
        var segment = 0
        var end = 0
        while end < path.count {
            let begin = end + 1
            end = unsafe PathOctets.findSlash(path, from: begin)
            if segment < Pattern.mostSegments {
                unsafe places[segment] = Place(offset: UInt32(begin), count: UInt32(end - begin))
                segment += 1
            }
            let next = unsafe step(state, UnsafeBufferPointer(rebasing: path[begin..<end]))
            // Only rests, or nothing at all, survive a segment unchanged: they survive all others too.
            if next == state { break }
            state = next
        }
        return unsafe states[state].accept
    }

    /// As `walk`, but the segments are places in `decoded`. nil: a broken escape or %00, wherever it is.
    func walkDecoding(
        _ path: UnsafeBufferPointer<UInt8>, _ places: UnsafeMutablePointer<Place>, _ decoded: inout ByteBuffer
    ) -> UInt32? {
        var state = Self.start
        var segment = 0
        var end = 0
        while end < path.count {
            let begin = end + 1
            end = unsafe PathOctets.findSlash(path, from: begin)
            decoded.append(UInt8(ascii: "/"))
            let start = decoded.count
            guard unsafe Target.decode(Span(_unsafeElements: path[begin..<end]), into: &decoded) else {
                return nil
            }
            if segment < Pattern.mostSegments {
                unsafe places[segment] = Place(offset: UInt32(start), count: UInt32(decoded.count - start))
                segment += 1
            }
            let next = unsafe step(state, UnsafeBufferPointer(rebasing: decoded.unsafeOctets[start...]))
            if next == state { break }
            state = next
        }
        guard unsafe Target.decode(Span(_unsafeElements: path[end...]), into: &decoded) else { return nil }
        return unsafe states[state].accept
    }

    /// The state behind `segment`.
    @inline(__always)
    private func step(_ index: UInt32, _ segment: UnsafeBufferPointer<UInt8>) -> UInt32 {
        let state = unsafe states[index]
        if segment.isEmpty { return state.empty }
        if state.edgeMask != 0 { return unsafe probe(state, segment) }
        for edge in state.firstEdge..<state.firstEdge + state.edgeCount {
            let edge = unsafe edges[edge]
            if unsafe edge.isCalled(segment) { return edge.target }
        }
        return state.other
    }

    private func probe(_ state: State, _ segment: UnsafeBufferPointer<UInt8>) -> UInt32 {
        var slot = unsafe Self.slot(segment, state.edgeMask)
        while true {
            let edge = unsafe edges[state.firstEdge + slot]
            if unsafe edge.text == nil { return state.other }
            if unsafe edge.isCalled(segment) { return edge.target }
            slot = (slot + 1) & state.edgeMask
        }
    }
}

extension Automaton.Edge {
    @inline(__always)
    fileprivate func isCalled(_ segment: UnsafeBufferPointer<UInt8>) -> Bool {
        guard Int(count) == segment.count, let text = unsafe text, let other = segment.baseAddress
        else { return false }
        return unsafe PathOctets.equal(text, other, Int(count))
    }
}
