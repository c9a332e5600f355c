/// A query, taken apart at "&" and "=", with "+" for a space and `%XX` for a byte. A view: nothing is decoded before
/// it is asked for.
public struct QueryItems: ~Escapable {
    private let bytes: Span<UInt8>

    @_lifetime(copy bytes)
    init(_ bytes: Span<UInt8>) { self.bytes = bytes }

    /// The first value of that name; "" for a name without "="; nil when the query has none of that name.
    public subscript(name: String) -> String? {
        var found: String?
        visit { key, value in
            guard PercentDecoding.string(key) == name else { return true }
            found = PercentDecoding.string(value)
            return false
        }
        return found
    }

    /// All values of that name, in the order they came.
    public func values(of name: String) -> [String] {
        var values: [String] = []
        visit { key, value in
            if PercentDecoding.string(key) == name { values.append(PercentDecoding.string(value)) }
            return true
        }
        return values
    }

    /// All names and values, in the order they came.
    public var all: [(name: String, value: String)] {
        var items: [(name: String, value: String)] = []
        visit { key, value in
            items.append((PercentDecoding.string(key), PercentDecoding.string(value)))
            return true
        }
        return items
    }

    /// Calls `body` with each undecoded name and value until it returns false.
    private func visit(_ body: (_ name: Span<UInt8>, _ value: Span<UInt8>) -> Bool) {
        var start = 0
        while start < bytes.count {
            let end = index(of: UInt8(ascii: "&"), from: start, to: bytes.count)
            if start < end {
                let equals = index(of: UInt8(ascii: "="), from: start, to: end)
                let value = bytes.extracting(min(equals + 1, end)..<end)
                if !body(bytes.extracting(start..<equals), value) { return }
            }
            start = end + 1
        }
    }

    private func index(of byte: UInt8, from start: Int, to end: Int) -> Int {
        var index = start
        while index < end, bytes[index] != byte { index += 1 }
        return index
    }
}
