// Whole field lines, many at a time. What is not as nearly all field lines are is left to the states, which say what
// is wrong with it.
extension HeadParser {
    /// Takes lines from `position` on; false: the message has ended. True: a line that is not whole or not plain is at
    /// `position`, or more lines than one pass takes.
    @inline(__always)
    mutating func takeLines(
        _ octets: Span<UInt8>, _ head: inout Head, _ limits: HeadLimits, _ known: Masks
    ) -> Bool {
        unsafe withUnsafeTemporaryAllocation(of: UInt32.self, capacity: LineScan.room) { places in
            let start = position
            var scan = unsafe LineScan(places)
            scan.run(octets, from: start, known)
            var lines = unsafe PlainLines(seen, repeated, head.fields.room(upTo: limits.maxFields))
            var index = 0
            while index &+ 1 < scan.count,
                lines.take(octets, scan.place(index), scan.place(index &+ 1), &position)
            {
                index &+= 2
            }
            (seen, repeated) = (lines.seen, lines.repeated)
            isPlainHost = isPlainHost || lines.hasPlainHost
            head.fields.appended(lines.count)
            guard scan.empty == position, octets.count &- position >= 2, octets.hasLineEnd(at: position)
            else {
                return true
            }
            position &+= 2
            head.count = position
            state = .end
            return false
        }
    }
}
