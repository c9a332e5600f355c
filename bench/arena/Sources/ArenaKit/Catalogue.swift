import Foundation

/// The data set, and the JSON that is made of it anew for each request.
public struct Catalogue: Sendable {
    private let items: [Item]
    /// Bytes that the first so many items take at most.
    private let mostBytes: [Int]

    /// Reads `dataset.json` in the folder.
    public init(folder: String) throws {
        let data = try Data(contentsOf: URL(fileURLWithPath: folder + "/dataset.json"))
        items = try JSONDecoder().decode([Item].self, from: data)
        mostBytes = items.reduce(into: [64]) { sums, item in
            sums.append(sums[sums.count - 1] + item.mostBytes)
        }
    }

    /// So many of its items as are asked for and are there.
    public func clamped(_ count: Int) -> Int { min(max(count, 0), items.count) }

    /// Bytes that the JSON of `count` items needs at most.
    public func capacity(for count: Int) -> Int { mostBytes[count] }

    /// Calls `body` with the JSON of the first `count` items.
    public func withJSON<Result>(
        of count: Int, multiplier: Int, _ body: (UnsafeBufferPointer<UInt8>) throws -> Result
    ) rethrows -> Result {
        try withUnsafeTemporaryAllocation(of: UInt8.self, capacity: capacity(for: count)) { memory in
            let written = write(count, multiplier: multiplier, into: memory)
            return try body(UnsafeBufferPointer(rebasing: memory[..<written]))
        }
    }

    /// Lays down the first `count` items, each with its total, and returns how many bytes they took.
    ///
    /// - Parameter memory: at least ``capacity(for:)`` bytes.
    public func write(_ count: Int, multiplier: Int, into memory: UnsafeMutableBufferPointer<UInt8>) -> Int {
        guard let start = memory.baseAddress, memory.count >= capacity(for: count) else { return 0 }
        var json = JSONWriter(into: start)
        json.lay(#"{"items":["#)
        for index in 0..<count {
            if index > 0 { json.lay(",") }
            json.put(items[index], multiplier: multiplier)
        }
        json.lay(#"],"count":"#)
        json.put(count)
        json.lay("}")
        return json.count
    }
}

extension JSONWriter {
    @inline(__always)
    fileprivate mutating func put(_ item: borrowing Item, multiplier: Int) {
        lay(#"{"id":"#)
        put(item.id)
        lay(#","name":"#)
        put(item.name)
        lay(#","category":"#)
        put(item.category)
        lay(#","price":"#)
        put(item.price)
        lay(#","quantity":"#)
        put(item.quantity)
        lay(#","active":"#)
        put(item.active)
        lay(#","tags":["#)
        for index in item.tags.indices {
            if index > 0 { lay(",") }
            put(item.tags[index])
        }
        lay(#"],"rating":{"score":"#)
        put(item.rating.score)
        lay(#","count":"#)
        put(item.rating.count)
        lay(#"},"total":"#)
        put(item.price &* item.quantity &* multiplier)
        lay("}")
    }
}
