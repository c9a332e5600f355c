/// What waits for one peer, in order. Empty for nearly every connection at nearly every time: then it holds no memory.
struct OutputQueue {
    /// One piece of it.
    final class Piece {
        @safe
        enum Kind {
            /// In `bytes`, from `sent` on.
            case copied
            /// Octets that `owner` keeps alive, or that live as long as the process.
            case borrowed(UnsafeBufferPointer<UInt8>)
            /// A part of a file, which is closed when it is sent or dropped.
            case file(descriptor: Int32)
        }

        let kind: Kind
        let owner: Exchange?
        var bytes = ByteBuffer()
        /// Octets of it that have left: of a file, where the rest begins.
        var sent = 0
        var count: Int
        var next: Piece?

        init(_ kind: Kind, count: Int = 0, owner: Exchange? = nil) {
            self.kind = kind
            self.count = count
            self.owner = owner
        }

        deinit { if case .file(let descriptor) = kind { Socket.close(descriptor) } }

        var left: Int { count - sent }
    }

    /// Copies go into the last piece as long as it is no larger.
    private static let pieceLimit = 65536

    private(set) var first: Piece?
    private var last: Piece?
    /// Octets that wait, those of files included.
    private(set) var count = 0

    var isEmpty: Bool { first == nil }

    mutating func append(_ octets: Span<UInt8>) {
        guard octets.count > 0 else { return }
        let piece = lastCopy() ?? push(Piece(.copied))
        piece.bytes.append(octets)
        piece.count += octets.count
        count += octets.count
    }

    /// Octets that `owner` keeps alive.
    mutating func append(borrowed octets: UnsafeBufferPointer<UInt8>, owner: Exchange?) {
        unsafe push(Piece(.borrowed(octets), count: octets.count, owner: owner))
        count += octets.count
    }

    /// Takes the descriptor over.
    mutating func append(file descriptor: Int32, length: UInt64) {
        push(Piece(.file(descriptor: descriptor), count: Int(length)))
        count += Int(length)
    }

    /// In front of everything: for what a first write did not take.
    mutating func prepend(_ octets: Span<UInt8>) {
        let piece = Piece(.copied, count: octets.count)
        piece.bytes.append(octets)
        piece.next = first
        first = piece
        if last == nil { last = piece }
        count += octets.count
    }

    /// Moves everything of `other` to the end.
    mutating func append(contentsOf other: inout OutputQueue) {
        guard let head = other.first else { return }
        if let last { last.next = head } else { first = head }
        last = other.last
        count += other.count
        other = OutputQueue()
    }

    /// Drops `n` octets from the front, which wait there.
    mutating func removeFirst(_ n: Int) {
        var rest = n
        count -= n
        while let piece = first, rest > 0 || piece.left == 0 {
            let taken = min(rest, piece.left)
            piece.sent += taken
            rest -= taken
            if piece.left > 0 { return }
            pop()
        }
    }

    /// Drops everything. One by one: a long chain that freed itself would need a deep stack.
    mutating func removeAll() {
        while first != nil { pop() }
        count = 0
    }

    private mutating func pop() {
        first = first?.next
        if first == nil { last = nil }
    }

    private func lastCopy() -> Piece? {
        guard let last, case .copied = last.kind, last.count < Self.pieceLimit else { return nil }
        return last
    }

    @discardableResult
    private mutating func push(_ piece: Piece) -> Piece {
        if let last { last.next = piece } else { first = piece }
        last = piece
        return piece
    }
}

extension OutputQueue.Piece {
    /// What of it is still to be sent; empty for a file.
    var octets: UnsafeBufferPointer<UInt8> {
        switch kind {
        case .copied: unsafe UnsafeBufferPointer(rebasing: bytes.unsafeOctets[sent...])
        case .borrowed(let all): unsafe UnsafeBufferPointer(rebasing: all[sent...])
        case .file: unsafe UnsafeBufferPointer(start: nil, count: 0)
        }
    }
}
