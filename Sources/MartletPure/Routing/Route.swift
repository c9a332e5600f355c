internal import MartletEngine

/// What a pattern leads to for one method.
@safe
final class Route: @unchecked Sendable {
    /// A parameter's name, as a place in the pattern, and which segment of a path it is.
    struct Parameter {
        var name: Range<Int>
        var segment: Int
    }

    /// `.unknown`: of the fallback, which has no pattern either.
    let method: CoreMethod
    let pattern: String
    let options: CoreRouteOptions
    let handler: HandlerBox
    /// The pattern cut up, or why it is refused: that is told when the route is added.
    let shape: Result<Pattern, CoreError>
    let parameters: [Parameter]
    /// The last parameter is the rest of the path.
    let hasRest: Bool
    /// The pattern. Lifetime: the route's.
    let octets: UnsafeBufferPointer<UInt8>

    init(_ method: CoreMethod, _ pattern: String, options: CoreRouteOptions, handler: HandlerBox) {
        self.method = method
        self.pattern = pattern
        self.options = options
        self.handler = handler
        unsafe octets = Self.copy(pattern)
        do throws(CoreError) {
            let shape = try Pattern(pattern)
            self.shape = .success(shape)
            parameters = Self.parameters(of: shape)
            hasRest = shape.segments.last?.kind == .rest
        } catch {
            shape = .failure(error)
            parameters = []
            hasRest = false
        }
    }

    init(fallback handler: HandlerBox) {
        method = .unknown
        pattern = ""
        options = CoreRouteOptions()
        self.handler = handler
        shape = .failure(CoreError(status: .invalidArgument, message: "the fallback has no pattern"))
        parameters = []
        hasRest = false
        unsafe octets = Self.copy("")
    }

    deinit { unsafe octets.deallocate() }

    /// Lifetime: the route's.
    func unsafeParameterName(at index: Int) -> UnsafeBufferPointer<UInt8> {
        unsafe UnsafeBufferPointer(rebasing: octets[parameters[index].name])
    }

    private static func copy(_ pattern: String) -> UnsafeBufferPointer<UInt8> {
        let memory = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: pattern.utf8.count)
        _ = unsafe memory.initialize(from: pattern.utf8)
        return UnsafeBufferPointer(memory)
    }

    private static func parameters(of shape: Pattern) -> [Parameter] {
        shape.segments.indices.compactMap { index in
            let segment = shape.segments[index]
            return segment.kind == .literal ? nil : Parameter(name: segment.range, segment: index)
        }
    }
}
