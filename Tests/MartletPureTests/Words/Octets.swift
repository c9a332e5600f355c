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
