import Testing

@testable import MartletPure

@Suite struct BlockTests {
    private struct Sets: Sendable {
        let name: String
        let of: @Sendable (Block) -> UInt64
        let holds: @Sendable (UInt8) -> Bool
    }

    private static func isLetterOrDigit(_ octet: UInt8) -> Bool {
        Words.isDigit(octet) || octet & 0x80 == 0 && Unicode.Scalar(octet).properties.isAlphabetic
    }

    private static func isOne(_ octet: UInt8, of marks: String) -> Bool { marks.utf8.contains(octet) }

    private static let all = [
        Sets(name: "controls", of: { $0.controls }, holds: { $0 < 0x20 || $0 >= 0x7f }),
        Sets(name: "breaks", of: { $0.breaks }, holds: { !isLetterOrDigit($0) && !isOne($0, of: "-") }),
        Sets(
            name: "path ends", of: { $0.pathEnds }, holds: { !isLetterOrDigit($0) && !isOne($0, of: "-./:_") }
        ),
        Sets(name: "query ends", of: { $0.queryEnds }, holds: { !OctetSet.query.contains($0) }),
        Sets(name: "host ends", of: { $0.hostEnds }, holds: { !isLetterOrDigit($0) && !isOne($0, of: "-.") }),
    ]

    /// In inputs of all kinds of counts, each octet somewhere.
    @Test func `each set has a bit for each of its octets, and none behind the input`() {
        for count in Array(1...9) + Array(28...36) + Array(60...68) + [95, 96, 97, 127, 128, 129, 200] {
            let input = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 7 + count * 31) }
            for start in stride(from: 0, to: count, by: count < 10 ? 1 : 5) {
                let block = Block(input.span, at: start)
                for set in Self.all {
                    var expected: UInt64 = 0
                    for (index, octet) in input[start...].prefix(64).enumerated() where set.holds(octet) {
                        expected |= 1 << UInt64(index)
                    }
                    #expect(set.of(block) == expected, "\(set.name) at \(start) of \(count)")
                }
            }
        }
    }

    @Test func `plain octets may stand where they are taken for granted`() {
        for octet in UInt8.min...UInt8.max {
            let block = Block([octet].span, at: 0)
            if block.breaks == 0 { #expect(OctetSet.token.contains(octet)) }
            if block.pathEnds == 0 { #expect(OctetSet.path.contains(octet)) }
            if block.queryEnds == 0 { #expect(OctetSet.query.contains(octet)) }
            if block.hostEnds == 0 { #expect(OctetSet.host.contains(octet)) }
            if block.controls == 0 { #expect(!Words.isForbiddenInValues(octet)) }
        }
    }
}
