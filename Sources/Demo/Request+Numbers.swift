import HTTPTypes
import Martlet

extension Request {
    /// The number that the query calls `name`, or `standard` when it has none.
    ///
    /// - Throws: 400 when it is no number in `range`.
    func number(_ name: String, in range: ClosedRange<Int>, else standard: Int) throws -> Int {
        guard let text = queryItems[name] else { return standard }
        if let number = Int(text), range.contains(number) { return number }
        throw HTTPError(
            .badRequest, "\"\(name)\" must be a whole number, \(range.lowerBound) … \(range.upperBound).")
    }
}
