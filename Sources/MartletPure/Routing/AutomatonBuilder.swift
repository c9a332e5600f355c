internal import MartletEngine

/// Makes the automaton of a tree: subset construction, with the lists of nodes that a state stands for as its name.
struct AutomatonBuilder {
    static let mostStates = 65536
    static let mostEdges = 1 << 22

    private let tree: PatternTree
    private(set) var parts = Automaton.Parts()
    /// By state: the tree's nodes that it stands for, the more specific first.
    private var members: [[Int]] = [[], [0]]
    private var known: [[Int]: UInt32] = [[]: Automaton.dead, [0]: Automaton.start]

    /// Throws `.limit`.
    init(_ tree: PatternTree) throws(CoreError) {
        self.tree = tree
        var index = Int(Automaton.start)
        while index < members.count {
            try expand(index)
            index += 1
        }
    }

    private func excess(_ what: String, _ limit: Int) -> CoreError {
        CoreError(
            status: .limit,
            message: """
                the patterns combine to more than \(limit) search \(what): use fewer parameters and literals at the \
                same place of patterns that match the same paths
                """)
    }

    private mutating func expand(_ index: Int) throws(CoreError) {
        var edges: [Automaton.Edge] = []
        for literal in literals(of: index) { edges.append(try edge(from: index, literal)) }
        var state = Automaton.State()
        try layDown(edges, &state)
        state.other = try advance(index, by: nil)
        state.empty = try advance(index, by: [])
        state.accept = accept(members[index])
        parts.states[index] = state
    }

    /// Every literal node below some member, each text once.
    private func literals(of index: Int) -> [Int] {
        var seen: Set<[UInt8]> = [[]]
        return members[index].flatMap { tree.nodes[$0].literalOrder }
            .filter { unsafe seen.insert(Array(tree.nodes[$0].text)).inserted }
    }

    private mutating func edge(from index: Int, _ literal: Int) throws(CoreError) -> Automaton.Edge {
        let text = unsafe tree.nodes[literal].text
        let target = try unsafe advance(index, by: Array(text))
        return unsafe Automaton.Edge(literal: PathSegment(text), target: target)
    }

    /// The state behind a segment called `text`; nil: one that no literal names.
    private mutating func advance(_ index: Int, by text: [UInt8]?) throws(CoreError) -> UInt32 {
        let list = members[index].flatMap { follow($0, text) }
        if let state = known[list] { return state }
        if members.count == Self.mostStates { throw excess("states", Self.mostStates) }
        let state = UInt32(members.count)
        known[list] = state
        members.append(list)
        parts.states.append(Automaton.State())
        return state
    }

    /// Where `node` leads. The order is the rule of precedence.
    private func follow(_ index: Int, _ text: [UInt8]?) -> [Int] {
        let node = tree.nodes[index]
        if node.isRest { return [index] }
        let literal = text.flatMap { node.literals[$0] }
        let parameter = text?.isEmpty ?? false ? nil : node.parameter
        return [literal, parameter, node.rest].compactMap { $0 }
    }

    // MARK: Edges

    /// Few in a row, more as a table.
    private mutating func layDown(_ edges: [Automaton.Edge], _ state: inout Automaton.State) throws(CoreError)
    {
        let isLinear = edges.count <= Automaton.mostLinearEdges
        let laid = isLinear ? edges : Self.table(edges)
        if laid.count > Self.mostEdges - parts.edges.count { throw excess("edges", Self.mostEdges) }
        state.firstEdge = UInt32(parts.edges.count)
        state.edgeCount = isLinear ? UInt32(laid.count) : 0
        state.edgeMask = isLinear ? 0 : UInt32(laid.count - 1)
        parts.edges += laid
    }

    /// A table half empty at least.
    private static func table(_ edges: [Automaton.Edge]) -> [Automaton.Edge] {
        var size = 8
        while size < 2 * edges.count { size *= 2 }
        var table = [Automaton.Edge](repeating: Automaton.Edge(), count: size)
        for edge in edges {
            var slot = Int(PathOctets.hash(edge.literal)) & (size - 1)
            while table[slot].literal.count > 0 { slot = (slot + 1) & (size - 1) }
            table[slot] = edge
        }
        return table
    }

    // MARK: Acceptance

    /// The routes of all patterns that match, the first pattern that has a method taken; GET has HEAD too.
    private mutating func accept(_ list: [Int]) -> UInt32 {
        var routes = unsafe [Unmanaged<Route>?](repeating: nil, count: Automaton.methods)
        var allowed: UInt32 = 0
        for method in CoreMethod.allCases {
            let index = Int(method.rawValue)
            guard let node = list.first(where: { route(of: $0, method) != nil }),
                let route = route(of: node, method)
            else { continue }
            unsafe routes[index] = .passUnretained(route)
            allowed |= 1 << method.rawValue
        }
        if allowed == 0 { return 0 }
        parts.allowed.append(allowed)
        unsafe parts.routes += routes
        return UInt32(parts.allowed.count - 1)
    }

    private func route(of node: Int, _ method: CoreMethod) -> Route? {
        let routes = tree.nodes[node].routes
        let own = routes[Int(method.rawValue)]
        return method == .head ? own ?? routes[Int(CoreMethod.get.rawValue)] : own
    }
}
