/// One item of the data set.
struct Item: Sendable, Decodable {
    let id: Int
    let name: String
    let category: String
    let price: Int
    let quantity: Int
    let active: Bool
    let tags: [String]
    let rating: Rating

    struct Rating: Sendable, Decodable {
        let score: Int
        let count: Int
    }

    /// Bytes that it may take as JSON at most: names and numbers by their longest, text by its worst escapes.
    var mostBytes: Int {
        let text = name.utf8.count + category.utf8.count + tags.reduce(0) { $0 + $1.utf8.count + 1 }
        return 300 + JSONWriter.mostBytesPerByte * text
    }
}
