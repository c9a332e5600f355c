internal import MartletEngine

/// What a handler has said so far.
struct ResponseState: ~Copyable {
    /// Where the body's octets are.
    @safe
    enum Body {
        case none
        /// In `bytes`.
        case copied
        /// Static octets, alive as long as the process.
        case borrowed(UnsafeBufferPointer<UInt8>)
        /// Owned until it is sent.
        case file(descriptor: Int32, length: UInt64)
    }

    var status = 200
    /// Anything was said.
    var isSet = false
    /// The handler said "Connection: close".
    var wantsClose = false
    private(set) var body = Body.none
    /// Whole lines.
    var fields = ByteBuffer()
    private(set) var bytes = ByteBuffer()

    /// The body's length in octets.
    var bodyCount: UInt64 {
        switch body {
        case .none: 0
        case .copied: UInt64(bytes.count)
        case .borrowed(let octets): UInt64(octets.count)
        case .file(_, let length): length
        }
    }

    mutating func copyBody(_ octets: Span<UInt8>) {
        dropBody()
        bytes.append(octets)
        body = .copied
        isSet = true
    }

    mutating func borrowBody(_ octets: UnsafeBufferPointer<UInt8>) {
        dropBody()
        body = unsafe .borrowed(octets)
        isSet = true
    }

    /// Takes the descriptor over.
    mutating func setFile(descriptor: Int32, length: UInt64) {
        dropBody()
        body = .file(descriptor: descriptor, length: length)
        isSet = true
    }

    mutating func dropBody() {
        dropFile()
        body = .none
        bytes.removeAll()
    }

    /// Closes a file that nobody will send.
    mutating func dropFile() {
        if case .file(let descriptor, _) = body { Socket.close(descriptor) }
        body = .none
    }

    /// Gives the file away: to a chain that closes it.
    mutating func takeFile() -> (descriptor: Int32, length: UInt64)? {
        guard case .file(let descriptor, let length) = body else { return nil }
        body = .none
        return (descriptor, length)
    }

    /// For the next request.
    mutating func recycle() {
        reset()
        bytes.recycle()
    }

    /// As if nothing had been said: for an error's answer.
    mutating func reset() {
        dropBody()
        status = 200
        isSet = false
        wantsClose = false
        fields.removeAll()
    }

    /// Whether the status is one whose answers have no content: RFC 9110 §15.3.5, §15.4.5.
    var hasNoContent: Bool { status == 204 || status == 304 }

    /// Whether the status is one whose answers have content of no octet: RFC 9110 §15.3.6.
    var hasEmptyContent: Bool { status == 205 }
}
