/// Where a field stands in its message, and which it is.
struct FieldPlace: Sendable {
    var nameOffset: UInt32
    var valueOffset: UInt32
    var valueCount: UInt32
    var nameCount: UInt16
    var id: FieldID

    var name: Place { Place(offset: nameOffset, count: UInt32(nameCount)) }
    /// Without the white space around it.
    var value: Place { Place(offset: valueOffset, count: valueCount) }
}

/// The fields of one head, in their order. The room is allocated once; nothing grows.
@safe
struct FieldTable: ~Copyable {
    private let places: UnsafeMutablePointer<FieldPlace>
    private(set) var count = 0
    let capacity: Int

    init(capacity: Int) {
        unsafe places = .allocate(capacity: max(capacity, 1))
        self.capacity = capacity
    }

    deinit { unsafe places.deallocate() }

    subscript(index: Int) -> FieldPlace {
        @inline(__always)
        get {
            precondition(index >= 0 && index < count)
            return unsafe places[index]
        }
    }

    /// There is room: whoever appends has looked at `capacity`.
    @inline(__always)
    mutating func append(_ field: FieldPlace) {
        precondition(count < capacity)
        unsafe places[count] = field
        count &+= 1
    }

    mutating func removeAll() { count = 0 }

    /// The room behind the fields, up to the capacity and to `most` fields in all. Who fills it says so with
    /// `appended`.
    @inline(__always)
    func room(upTo most: Int) -> UnsafeMutableBufferPointer<FieldPlace> {
        let left = max(min(most, capacity) &- count, 0)
        return unsafe UnsafeMutableBufferPointer(start: places + count, count: left)
    }

    /// So many fields were written to the room.
    @inline(__always)
    mutating func appended(_ fields: Int) {
        assert(fields <= capacity - count)
        count &+= fields
    }
}
