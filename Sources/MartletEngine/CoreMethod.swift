/// The methods that the engine knows. The raw values are those of the C ABI.
package enum CoreMethod: UInt32, Sendable, CaseIterable {
    case unknown = 0
    case get = 1
    case head = 2
    case post = 3
    case put = 4
    case delete = 5
    case connect = 6
    case options = 7
    case trace = 8
    case patch = 9
}
