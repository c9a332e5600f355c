internal import MartletEngine

/// What is searched: a deterministic automaton over path segments, made once from the tree of patterns and only read from
/// then on. A state stands for all patterns that the segments so far agree with, so a search never goes back.
@safe
struct Automaton: ~Copyable {
    /// A literal that a state knows. A free slot of a table has an empty one.
    struct Edge: BitwiseCopyable {
        var literal = PathSegment()
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
    /// Room for each method, and a power of two.
    static let methods = 16
    /// So many edges are compared one by one: that costs no more than one hash.
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
        unsafe match.take(routes[accept &* UInt32(Self.methods) &+ method.rawValue])
    }
}

// MARK: - Walking

extension Automaton {
    /// Walks along a path ("/…") without escapes and notes where its segments are. Returns the acceptance.
    func walk(_ path: UnsafeBufferPointer<UInt8>, _ places: UnsafeMutablePointer<Place>) -> UInt32 {
        var state = Self.start
        var index = 0
        var end = 0
        while end < path.count {
            let segment = unsafe PathSegment(path, from: end &+ 1)
            if index < Pattern.mostSegments {
                unsafe places[index] = Place(end &+ 1, segment.count)
                index &+= 1
            }
            end &+= 1 &+ segment.count
            let next = step(state, segment)
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
        var index = 0
        var end = 0
        while end < path.count {
            let raw = unsafe PathSegment(path, from: end + 1)
            decoded.append(UInt8(ascii: "/"))
            let begin = decoded.count
            guard unsafe decode(path, end + 1, raw.count, &decoded) else { return nil }
            if index < Pattern.mostSegments {
                unsafe places[index] = Place(begin, decoded.count - begin)
                index += 1
            }
            end += 1 + raw.count
            let next = unsafe step(
                state, PathSegment(UnsafeBufferPointer(rebasing: decoded.unsafeOctets[begin...])))
            if next == state { break }
            state = next
        }
        guard unsafe decode(path, end, path.count - end, &decoded) else { return nil }
        return unsafe states[state].accept
    }

    private func decode(
        _ path: UnsafeBufferPointer<UInt8>, _ begin: Int, _ count: Int, _ decoded: inout ByteBuffer
    ) -> Bool {
        let part = unsafe UnsafeBufferPointer(rebasing: path[begin..<begin + count])
        return unsafe Target.decode(Span(_unsafeElements: part), into: &decoded)
    }

    /// The state behind `segment`.
    @inline(__always)
    private func step(_ index: UInt32, _ segment: PathSegment) -> UInt32 {
        let state = unsafe states[index]
        if segment.count == 0 { return state.empty }
        if state.edgeMask != 0 { return probe(state, segment) }
        var edge = state.firstEdge
        let end = edge &+ state.edgeCount
        while edge != end {
            let known = unsafe edges[edge]
            if known.literal == segment { return known.target }
            edge &+= 1
        }
        return state.other
    }

    private func probe(_ state: State, _ segment: PathSegment) -> UInt32 {
        var slot = PathOctets.hash(segment) & state.edgeMask
        while true {
            let known = unsafe edges[state.firstEdge &+ slot]
            if known.literal == segment { return known.target }
            if known.literal.count == 0 { return state.other }
            slot = (slot &+ 1) & state.edgeMask
        }
    }
}

extension Place {
    @inline(__always)
    fileprivate init(_ offset: Int, _ count: Int) {
        self.init(offset: UInt32(truncatingIfNeeded: offset), count: UInt32(truncatingIfNeeded: count))
    }
}
