internal import MartletEngine

/// The trie of all patterns, segment by segment: what the automaton is built from.
@safe
struct PatternTree {
    /// Nodes are named by index; 0 is the root.
    @safe
    struct Node {
        var isRest = false
        /// Of the literal that leads here: a place in a route's octets.
        var text = unsafe UnsafeBufferPointer<UInt8>(start: nil, count: 0)
        /// Children by a literal segment, and in the order they came.
        var literals: [[UInt8]: Int] = [:]
        var literalOrder: [Int] = []
        var parameter: Int?
        var rest: Int?
        /// Of the patterns that end here, by method.
        var routes = [Route?](repeating: nil, count: CoreMethod.allCases.count)
    }

    private(set) var nodes = [Node()]

    /// Adds `route` where its pattern leads, unless one of the same shape and method is there: that is returned.
    mutating func insert(_ route: Route, _ pattern: Pattern) -> Route? {
        var node = 0
        for segment in pattern.segments {
            switch segment.kind {
            case .literal: node = enterLiteral(node, route, segment.range)
            case .parameter: node = enter(node, \.parameter, isRest: false)
            case .rest: node = enter(node, \.rest, isRest: true)
            }
        }
        let method = Int(route.method.rawValue)
        if let other = nodes[node].routes[method] { return other }
        nodes[node].routes[method] = route
        return nil
    }

    private mutating func enterLiteral(_ parent: Int, _ route: Route, _ range: Range<Int>) -> Int {
        let text = unsafe UnsafeBufferPointer(rebasing: route.octets[range])
        let key = unsafe Array(text)
        if let child = nodes[parent].literals[key] { return child }
        nodes[parent].literals[key] = nodes.count
        nodes[parent].literalOrder.append(nodes.count)
        nodes.append(unsafe Node(text: text))
        return nodes.count - 1
    }

    /// The one child that `parent` may have by a parameter or a rest.
    private mutating func enter(_ parent: Int, _ way: WritableKeyPath<Node, Int?>, isRest: Bool) -> Int {
        if let child = nodes[parent][keyPath: way] { return child }
        nodes[parent][keyPath: way] = nodes.count
        nodes.append(unsafe Node(isRest: isRest))
        return nodes.count - 1
    }
}
