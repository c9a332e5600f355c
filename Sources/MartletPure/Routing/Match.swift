internal import MartletEngine

/// The value of a parameter: a place in the path that was searched, or in the decoded octets.
struct ParameterPlace {
    var offset: UInt32
    var count: UInt32
    var isDecoded: Bool
}

/// The outcome of a search. Its memory serves again for the next one.
///
/// The route is not retained: routes live as long as the server, and as every exchange.
@safe
struct Match: ~Copyable {
    /// First the places of all segments, while a path is walked along; then those of the parameters.
    let places: UnsafeMutablePointer<Place>
    private(set) var unsafeRoute: Unmanaged<Route>?
    /// Bit (1 << method) of every method that some matching pattern has, HEAD with GET; 0: no pattern matches.
    var allowed: UInt32 = 0
    /// A broken escape: 400.
    var isMalformed = false
    /// In the pattern's order.
    private(set) var parameterCount = 0
    /// The places are in the decoded octets.
    var isDecoded = false

    init() {
        unsafe places = .allocate(capacity: Pattern.mostSegments)
        unsafe places.initialize(repeating: Place(), count: Pattern.mostSegments)
        unsafe unsafeRoute = nil
    }

    deinit { unsafe places.deallocate() }

    mutating func clear() {
        unsafe unsafeRoute = nil
        allowed = 0
        isMalformed = false
        parameterCount = 0
        isDecoded = false
    }

    func parameter(at index: Int) -> ParameterPlace {
        precondition(index < parameterCount)
        let place = unsafe places[index]
        return ParameterPlace(offset: place.offset, count: place.count, isDecoded: isDecoded)
    }

    // MARK: The route

    var hasRoute: Bool { unsafe unsafeRoute != nil }

    var route: Route? { unsafe unsafeRoute?.takeUnretainedValue() }

    var runsOnWorker: Bool {
        unsafe unsafeRoute?._withUnsafeGuaranteedRef { $0.options.runsOnWorker } ?? false
    }

    var streamsBody: Bool { unsafe unsafeRoute?._withUnsafeGuaranteedRef { $0.options.streamsBody } ?? false }

    /// Octets of a request body; `standard` where the route says none of its own.
    func bodyLimit(or standard: UInt64) -> UInt64 {
        let own = unsafe unsafeRoute?._withUnsafeGuaranteedRef { $0.options.maxBodyBytes } ?? 0
        return own == 0 ? standard : own
    }

    /// Runs the route's handler.
    func handle(_ exchange: Exchange) {
        unsafe unsafeRoute?._withUnsafeGuaranteedRef { $0.handler.handle(exchange) }
    }

    /// A route that no search found: the fallback.
    mutating func take(_ route: Route) { unsafe take(Unmanaged.passUnretained(route)) }

    /// The route that answers, or none; its parameters are not known yet.
    mutating func take(_ route: Unmanaged<Route>?) {
        unsafe unsafeRoute = unsafe route
        parameterCount = 0
    }

    /// There is nothing to look for in the path.
    var isWithoutParameters: Bool {
        unsafe unsafeRoute?._withUnsafeGuaranteedRef { $0.parameters.isEmpty } ?? true
    }

    /// Moves the places of parameters to the front, where those of all segments are; the path ends at `end`.
    mutating func keepParameters(end: Int) {
        guard let route = unsafe unsafeRoute else { return }
        parameterCount = unsafe route._withUnsafeGuaranteedRef { route in
            let count = route.parameters.count
            // A parameter's segment never comes before its own index.
            for index in 0..<count { unsafe places[index] = places[route.parameters[index].segment] }
            if route.hasRest { unsafe places[count - 1].count = UInt32(end) - places[count - 1].offset }
            return count
        }
    }
}
