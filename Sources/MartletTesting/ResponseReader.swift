internal import HTTPTypes

/// Reads one response out of bytes that come in any pieces. RFC 9112 §6.3.
struct ResponseReader {
    private enum Stage {
        case head
        case fixed(left: Int)
        case untilEnd
        case chunkSize
        case chunk(left: Int)
        case chunkEnd
        case trailers
        case complete
    }

    private let answersHead: Bool
    private var stage = Stage.head
    private var input: [UInt8] = []
    private var position = 0
    private(set) var response = TestResponse(status: .ok, fields: [:])

    init(answersHead: Bool) { self.answersHead = answersHead }

    var isComplete: Bool {
        if case .complete = stage { return true }
        return false
    }

    /// What came behind the response.
    var rest: [UInt8] { Array(input[position...]) }

    mutating func feed(_ bytes: [UInt8]) throws(TestError) {
        input.removeFirst(position)
        position = 0
        input += bytes
        while try advance() {}
    }

    /// The connection has ended.
    mutating func finish() throws(TestError) -> TestResponse {
        switch stage {
        case .complete, .untilEnd: return response
        default: throw .truncated(response.body)
        }
    }

    /// One step; false when more bytes are needed, or none.
    private mutating func advance() throws(TestError) -> Bool {
        switch stage {
        case .head: return try readHead()
        case .fixed(let left): return readFixed(left)
        case .untilEnd:
            take(input.count - position)
            return false
        case .chunkSize: return try readChunkSize()
        case .chunk(let left): return readChunk(left)
        case .chunkEnd:
            guard line() != nil else { return false }
            stage = .chunkSize
            return true
        case .trailers: return try readTrailer()
        case .complete: return false
        }
    }

    private mutating func readHead() throws(TestError) -> Bool {
        let start = position
        guard let first = line() else { return false }
        var fields = HTTPFields()
        while let text = line() {
            if !text.isEmpty {
                fields.append(try Self.field(text))
                continue
            }
            response.status = try Self.status(first)
            response.fields = fields
            // An interim response, such as 100, announces the real one.
            if response.status.kind != .informational { stage = try bodyStage() }
            return true
        }
        position = start
        return false
    }

    private func bodyStage() throws(TestError) -> Stage {
        let hasNone = answersHead || response.status == .noContent || response.status == .notModified
        if hasNone { return .complete }
        if response.fields[.transferEncoding] == "chunked" { return .chunkSize }
        guard let text = response.fields[.contentLength] else { return .untilEnd }
        guard let length = Int(text), length >= 0 else { throw .malformed("Content-Length: \(text)") }
        return length == 0 ? .complete : .fixed(left: length)
    }

    private mutating func readFixed(_ left: Int) -> Bool {
        let left = left - take(left)
        stage = left == 0 ? .complete : .fixed(left: left)
        return false
    }

    private mutating func readChunkSize() throws(TestError) -> Bool {
        guard let text = line() else { return false }
        guard let size = Int(text, radix: 16), size >= 0 else { throw .malformed("chunk size \(text)") }
        stage = size == 0 ? .trailers : .chunk(left: size)
        return true
    }

    private mutating func readChunk(_ left: Int) -> Bool {
        let left = left - take(left)
        stage = left == 0 ? .chunkEnd : .chunk(left: left)
        return left == 0
    }

    private mutating func readTrailer() throws(TestError) -> Bool {
        guard let text = line() else { return false }
        if text.isEmpty { stage = .complete } else { response.trailers.append(try Self.field(text)) }
        return true
    }

    /// Moves at most `count` bytes to the body, and says how many.
    @discardableResult
    private mutating func take(_ count: Int) -> Int {
        let count = min(count, input.count - position)
        response.body += input[position..<position + count]
        position += count
        return count
    }

    /// The next line, without its end; nil when it is not there in full.
    private mutating func line() -> String? {
        guard let end = input[position...].firstIndex(of: UInt8(ascii: "\n")) else { return nil }
        let text = String(decoding: input[position..<end], as: UTF8.self)
        position = end + 1
        return text.hasSuffix("\r") ? String(text.dropLast()) : text
    }

    private static func status(_ line: String) throws(TestError) -> HTTPResponse.Status {
        let words = line.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
        guard words.count > 1, words[0].hasPrefix("HTTP/1."), let code = Int(words[1]), 100...999 ~= code
        else { throw .malformed(line) }
        return HTTPResponse.Status(code: code, reasonPhrase: words.count > 2 ? String(words[2]) : "")
    }

    private static func field(_ line: String) throws(TestError) -> HTTPField {
        let halves = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard halves.count == 2, let name = HTTPField.Name(String(halves[0])) else { throw .malformed(line) }
        return HTTPField(name: name, value: String(halves[1].drop { $0 == " " }))
    }
}
