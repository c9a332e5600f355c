@testable import MartletPure

/// Each scalar of `text`, all below U+0100, as one octet.
func octets(_ text: String) -> [UInt8] { text.unicodeScalars.map { UInt8($0.value) } }

/// The other way round.
func text(_ octets: Span<UInt8>) -> String {
    var text = ""
    for index in octets.indices { text.unicodeScalars.append(Unicode.Scalar(octets[index])) }
    return text
}

func text(_ octets: [UInt8]) -> String { text(octets.span) }

func text(_ buffer: borrowing ByteBuffer) -> String { text(buffer.span) }

/// What `body` appends.
func written(_ body: (inout ByteBuffer) -> Void) -> String {
    var buffer = ByteBuffer()
    body(&buffer)
    return text(buffer)
}

/// The same numbers for the same seed, wherever.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }
}
