internal import MartletEngine

// The route of a request, and the parameters that its path has for it.
extension Exchange {
    /// Finds the route of the path.
    func findRoute() {
        let path = unsafe Span(_unsafeElements: unsafePath)
        shard.shared.router.find(head.method, path, into: &match, decoded: &decoded)
    }

    var unsafePattern: UnsafeBufferPointer<UInt8> {
        guard let route = unsafe match.unsafeRoute else {
            return unsafe UnsafeBufferPointer(start: nil, count: 0)
        }
        return unsafe route._withUnsafeGuaranteedRef { unsafe $0.octets }
    }

    func unsafeParameter(at index: Int) -> UnsafeBufferPointer<UInt8> {
        guard index < match.parameterCount else { return unsafe UnsafeBufferPointer(start: nil, count: 0) }
        let place = match.parameter(at: index)
        let octets = unsafe place.isDecoded ? decoded.unsafeOctets : unsafePath
        let range = Int(place.offset)..<Int(place.offset) + Int(place.count)
        return unsafe UnsafeBufferPointer(rebasing: octets[range])
    }

    func unsafeParameterName(at index: Int) -> UnsafeBufferPointer<UInt8> {
        guard index < match.parameterCount, let route = unsafe match.unsafeRoute else {
            return unsafe UnsafeBufferPointer(start: nil, count: 0)
        }
        return unsafe route._withUnsafeGuaranteedRef { unsafe $0.unsafeParameterName(at: index) }
    }

    func unsafeParameter(named name: Span<UInt8>) -> UnsafeBufferPointer<UInt8>? {
        for index in 0..<match.parameterCount {
            let known = unsafe Span(_unsafeElements: unsafeParameterName(at: index))
            if Words.equal(known, name) { return unsafe unsafeParameter(at: index) }
        }
        return nil
    }
}
