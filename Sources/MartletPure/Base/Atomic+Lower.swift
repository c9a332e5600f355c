internal import Synchronization

extension Atomic where Value: Comparable {
    /// Lowers the number to `value`, where that is less. `min(_:ordering:)` will not do: it compares unsigned numbers as if
    /// they had a sign, in the library of Swift 6.3, so that nothing is less than `UInt32.max`.
    func lower(to value: Value) {
        var known = load(ordering: .sequentiallyConsistent)
        while value < known {
            let (isDone, seen) = weakCompareExchange(
                expected: known, desired: value, ordering: .sequentiallyConsistent)
            if isDone { return }
            known = seen
        }
    }
}
