internal import MartletEngine
internal import Synchronization

// What the host's views of a request and its response ask for.
extension Exchange {
    /// Lets the answer come later. Thread: the handler's.
    func `defer`(body: CoreBodyChannel?) throws(CoreError) -> CoreExchange {
        guard !isDeferred, currentPhase == .filling else {
            throw CoreError(status: .invalidState, message: "the answer is given or deferred already")
        }
        detach()
        isDeferred = true
        return CoreExchange(self, body: body)
    }

    /// The body's pieces go to `channel`. Thread: reactor, within the handler.
    func askForBody(_ channel: CoreBodyChannel) throws(CoreError) {
        guard isOnReactor, progress.isInHandler, !progress.hasAskedForBody, match.streamsBody else {
            throw CoreError(status: .invalidState, message: "the body is not to be had in pieces here")
        }
        progress.hasAskedForBody = true
        bodyChannel = channel
    }

    /// The answer is whole. Thread: any one.
    func complete() -> CoreStatus {
        let isGone = isCancelled.load(ordering: .sequentiallyConsistent)
        if currentPhase == .filling && !isGone { answerFor() }
        guard advance(.filling, .completed) else { return .invalidState }
        if isCancelled.load(ordering: .sequentiallyConsistent) { return .closed }
        if isOnReactor {
            makeReady()
            return .ok
        }
        return signal(.complete) ? .ok : .closed
    }

    /// Adds a field of the server's own.
    func addField(_ name: StaticString, _ value: StaticString) {
        _ = response.addField(name.octets, value.octets)
    }

    /// Adds a field of the server's own, whose value stands in the notes from `start` on.
    func addField(_ name: StaticString, from start: Int = 0) {
        let value = unsafe UnsafeBufferPointer(rebasing: notes.unsafeOctets[start...])
        _ = unsafe response.addField(name.octets, Span(_unsafeElements: value))
    }

    // MARK: Places

    func unsafeOctets(_ place: Place) -> UnsafeBufferPointer<UInt8> {
        guard place.count > 0, let base = unsafe base else {
            return unsafe UnsafeBufferPointer(start: nil, count: 0)
        }
        return unsafe UnsafeBufferPointer(start: base + Int(place.offset), count: Int(place.count))
    }

    @_lifetime(borrow self)
    func octets(_ place: Place) -> Span<UInt8> {
        unsafe _overrideLifetime(Span(_unsafeElements: unsafeOctets(place)), borrowing: self)
    }

    /// The path; "/" for a target in absolute-form without one.
    var unsafePath: UnsafeBufferPointer<UInt8> {
        if head.path.count > 0 { return unsafe unsafeOctets(head.path) }
        let root: StaticString = "/\0"
        return unsafe UnsafeBufferPointer(start: root.utf8Start, count: 1)
    }

    var path: Span<UInt8> {
        @_lifetime(borrow self)
        get { unsafe _overrideLifetime(Span(_unsafeElements: unsafePath), borrowing: self) }
    }

    func unsafeField(named name: Span<UInt8>) -> UnsafeBufferPointer<UInt8>? {
        let message = unsafe UnsafeBufferPointer(start: base, count: head.count)
        guard let index = unsafe head.find(name, in: Span(_unsafeElements: message)) else { return nil }
        return unsafe unsafeOctets(head.fields[index].value)
    }

    func unsafeTrailer(at index: Int) -> (UnsafeBufferPointer<UInt8>, UnsafeBufferPointer<UInt8>) {
        let none = unsafe UnsafeBufferPointer<UInt8>(start: nil, count: 0)
        guard let trailers, trailers.isComplete, index < trailers.head.fields.count else {
            return unsafe (none, none)
        }
        let field = trailers.head.fields[index]
        let octets = unsafe trailers.octets.unsafeOctets
        return unsafe (
            UnsafeBufferPointer(rebasing: octets[field.name.range]),
            UnsafeBufferPointer(rebasing: octets[field.value.range])
        )
    }
}

extension String {
    /// The string's own UTF-8, for every native string without a copy.
    func withOctets<Result>(_ body: (Span<UInt8>) -> Result) -> Result {
        if #available(macOS 26.0, iOS 26.0, tvOS 26.0, watchOS 26.0, visionOS 26.0, *) {
            return body(utf8.span)
        }
        let fast = unsafe utf8.withContiguousStorageIfAvailable { body(unsafe Span(_unsafeElements: $0)) }
        return fast ?? body([UInt8](utf8).span)
    }
}
