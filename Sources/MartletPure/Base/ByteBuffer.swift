/// Octets that grow, in memory of their own; emptied, they keep it for the next time.
///
/// An array would do the same, but for a uniqueness check and a count of references at each append, and for zeros
/// written where octets are about to be received.
@safe
struct ByteBuffer: ~Copyable {
    private static let leastCapacity = 256
    /// What a buffer may hold on to while nobody needs it.
    private static let mostKept = 65536

    private var memory: UnsafeMutablePointer<UInt8>?
    private(set) var count = 0
    private(set) var capacity = 0

    /// No memory yet.
    init() { unsafe memory = nil }

    init(minimumCapacity: Int) {
        unsafe memory = UnsafeMutablePointer.allocate(capacity: minimumCapacity)
        capacity = minimumCapacity
    }

    deinit { unsafe memory?.deallocate() }

    var isEmpty: Bool { count == 0 }

    /// What is there.
    var span: Span<UInt8> {
        @_lifetime(borrow self)
        get {
            let octets = unsafe UnsafeBufferPointer(start: memory, count: count)
            return unsafe _overrideLifetime(Span(_unsafeElements: octets), borrowing: self)
        }
    }

    /// The octets at `place`, which is within them.
    @_lifetime(borrow self)
    func octets(_ place: Place) -> Span<UInt8> {
        precondition(place.range.upperBound <= count)
        let start = unsafe memory.map { unsafe UnsafePointer($0 + place.range.lowerBound) }
        let octets = unsafe UnsafeBufferPointer(start: start, count: place.range.count)
        return unsafe _overrideLifetime(Span(_unsafeElements: octets), borrowing: self)
    }

    /// The same as `span`, for a system call or for as long as somebody else sees to it that nothing is appended.
    var unsafeOctets: UnsafeBufferPointer<UInt8> {
        unsafe UnsafeBufferPointer(start: memory, count: count)
    }

    mutating func append(_ octets: Span<UInt8>) {
        unsafe octets.withUnsafeBufferPointer { unsafe append($0) }
    }

    mutating func append(_ octets: UnsafeBufferPointer<UInt8>) {
        guard let source = octets.baseAddress, octets.count > 0 else { return }
        let end = unsafe room(for: octets.count)
        unsafe end.update(from: source, count: octets.count)
        count += octets.count
    }

    /// Of literals of more than one character.
    mutating func append(_ text: StaticString) {
        unsafe append(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    mutating func append(_ octet: UInt8) {
        let end = unsafe room(for: 1)
        unsafe end.pointee = octet
        count += 1
    }

    /// Makes sure that `room` more octets fit.
    mutating func reserve(_ room: Int) { _ = unsafe self.room(for: room) }

    /// Offers room for `most` octets behind the end to `fill`, which says how many it wrote, or fails with less than 0.
    mutating func write(_ most: Int, _ fill: (UnsafeMutableRawBufferPointer) -> Int) -> Int {
        let end = unsafe room(for: most)
        let written = unsafe fill(UnsafeMutableRawBufferPointer(start: end, count: most))
        if written > 0 { count += min(written, most) }
        return written
    }

    /// Forgets what is there and keeps the memory.
    mutating func removeAll() { count = 0 }

    /// Forgets what is there, and memory that was needed for once.
    mutating func recycle() {
        count = 0
        if capacity <= Self.mostKept { return }
        unsafe memory?.deallocate()
        unsafe memory = nil
        capacity = 0
    }

    mutating func truncate(to count: Int) { self.count = min(count, self.count) }

    /// Takes `n` octets out at the front.
    mutating func removeFirst(_ n: Int) {
        guard let memory = unsafe memory, n > 0 else { return }
        let left = max(count - n, 0)
        if left > 0 { unsafe memory.update(from: memory + n, count: left) }
        count = left
    }

    /// Takes out the octets of `range`, which are within.
    mutating func remove(_ range: Range<Int>) {
        guard let memory = unsafe memory, !range.isEmpty else { return }
        unsafe (memory + range.lowerBound).update(
            from: memory + range.upperBound, count: count - range.upperBound)
        count -= range.count
    }

    /// Where the next octet goes, with room for `more` of them.
    private mutating func room(for more: Int) -> UnsafeMutablePointer<UInt8> {
        if let memory = unsafe memory, more <= capacity - count { return unsafe memory + count }
        return unsafe grow(by: more)
    }

    @inline(never)
    private mutating func grow(by more: Int) -> UnsafeMutablePointer<UInt8> {
        let larger = max(Self.leastCapacity, capacity * 2, count + more)
        let fresh = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
        if let memory = unsafe memory {
            unsafe fresh.update(from: memory, count: count)
            unsafe memory.deallocate()
        }
        unsafe memory = fresh
        capacity = larger
        return unsafe fresh + count
    }
}

extension ByteBuffer {
    mutating func appendDecimal(_ number: UInt64) { append(number, radix: 10) }

    mutating func appendHexadecimal(_ number: UInt64) { append(number, radix: 16) }

    private mutating func append(_ number: UInt64, radix: UInt64) {
        let most = 20
        _ = unsafe write(most) { room in
            var rest = number
            var at = most
            repeat {
                let digit = UInt8(truncatingIfNeeded: rest % radix)
                at -= 1
                unsafe room[at] = digit < 10 ? digit + 0x30 : digit + 0x57
                rest /= radix
            } while rest > 0
            let digits = unsafe UnsafeRawBufferPointer(rebasing: room[at..<most])
            unsafe room.copyMemory(from: digits)
            return most - at
        }
    }
}
