import Foundation

extension JSONEncoder {
    /// The same bytes for the same value, and slashes as they are.
    static var readable: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return encoder
    }
}
