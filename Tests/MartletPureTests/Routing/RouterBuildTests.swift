import MartletEngine
import Testing

@testable import MartletPure

@Suite struct RouterBuildTests {
    @Test(arguments: [
        ("/", "/"), ("/a", "/a"), ("/a/{x}/b", "/a/{y}/b"), ("/{x}", "/{y}"), ("/a/{x...}", "/a/{y...}"),
        ("/a/{x...}", "/a/{x…}"),
    ])
    func `refuses the same shape and method twice`(_ first: String, _ second: String) throws {
        let router = Router()
        try router.add(Route(first))
        let error = try #require(throws: CoreError.self) { try router.add(Route(second)) }
        #expect(error.status == .conflict)
        #expect(
            error.message
                == "GET \"\(second)\" matches the same paths as \"\(first)\", which is there already")
        #expect(router.routes.count == 1)
    }

    @Test func `takes what differs in shape or method`() throws {
        let routes = ["/a", "POST /a", "HEAD /a", "/a/", "/{a}", "/{a...}", "/a/{b}", "/a/{b...}", "/{b}/"]
        #expect(try Router.of(routes).routes.count == routes.count)
    }

    @Test func `refuses bad patterns and methods`() throws {
        let router = Router()
        let refusal = try #require(throws: CoreError.self) { try router.add(Route("/a/{")) }
        #expect(refusal.message.contains("\"/a/{\" is refused at offset 3"))
        let nameless = Route(.unknown, "/a", options: CoreRouteOptions(), handler: HandlerBox())
        let error = try #require(throws: CoreError.self) { try router.add(nameless) }
        #expect(error.status == .invalidArgument)
        #expect(error.message == "0 is no method of a route")
        #expect(router.routes.isEmpty)
    }

    @Test func `keeps routes in the order they came, and knows their methods`() throws {
        let router = try Router.of(["/a/{id}/{rest...}", "POST /b"])
        #expect(router.routes.map(\.pattern) == ["/a/{id}/{rest...}", "/b"])
        #expect(router.routes[0].hasRest)
        #expect(router.routes[0].parameters.map(\.segment) == [1, 2])
        let methods = [CoreMethod.get, .head, .post].map { UInt32(1) << $0.rawValue }
        #expect(router.methods == methods.reduce(0, |))
    }

    @Test func `lets routes go with the router`() throws {
        weak var route: Route?
        do {
            let router = Router()
            let added = Route("/a")
            route = added
            try router.add(added)
            try router.freeze()
        }
        #expect(route == nil)
    }

    @Test func `takes no routes once frozen, and freezes twice`() throws {
        let router = try Router.of(["/a"])
        try router.freeze()
        let error = try #require(throws: CoreError.self) { try router.add(Route("/b")) }
        #expect(error.status == .invalidState)
        #expect(router.tell(.get, "/a") == "/a")
    }

    /// As many literals below the root make as many states, besides the dead one and the first.
    @Test func `builds as many states as the limit and no more`() throws {
        let router = Router()
        for number in 0..<AutomatonBuilder.mostStates - 2 { try router.add(Route("/\(number)")) }
        let full = Router()
        for route in router.routes { try full.add(route) }
        try full.freeze()
        #expect(full.tell(.get, "/65533") == "/65533")
        try router.add(Route("/one/more"))
        let error = try #require(throws: CoreError.self) { try router.freeze() }
        #expect(error.status == .limit)
        #expect(error.message.contains("more than 65536 search states: use fewer parameters and literals"))
    }

    @Test func `refuses patterns that multiply`() throws {
        let router = Router()
        for literal in 0..<20 {
            try router.add(Route((0..<20).map { $0 == literal ? "/x" : "/{p\($0)}" }.joined()))
        }
        #expect(throws: CoreError.self) { try router.freeze() }
    }

    @Test func `shares states that stand for the same patterns`() throws {
        let routes = (["/{rest...}"] + (0..<200).map { "/s/\($0)" }).map { Route($0) }
        // The dead one, the first, "s", one for each literal, one for the rest alone.
        #expect(try parts(of: routes).states.count == 204)
    }

    @Test func `knows a literal of several patterns once`() throws {
        let routes = ["/a/x", "/{p}/x", "/{p}/y"].map { Route($0) }
        // "a"; behind it "x" and "y"; behind anything else "x" and "y".
        #expect(try parts(of: routes).edges.count == 5)
    }

    /// The routes outlive the parts, which point into them.
    private func parts(of routes: [Route]) throws -> Automaton.Parts {
        var tree = PatternTree()
        for route in routes { try #require(tree.insert(route, try route.shape.get()) == nil) }
        return try AutomatonBuilder(tree).parts
    }
}
