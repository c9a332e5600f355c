import MartletEngine
import Testing

@testable import MartletPure

@Suite struct HeadTests {
    private let message = octets("Accept: a\r\nHOST: b\r\naccept: c\r\n")

    private func head() -> Head {
        var head = Head(fieldCapacity: 3)
        for (name, value) in [(0..<6, 8..<9), (11..<15, 17..<18), (20..<26, 28..<29)] {
            head.fields.append(
                FieldPlace(
                    nameOffset: UInt32(name.lowerBound), valueOffset: UInt32(value.lowerBound), valueCount: 1,
                    nameCount: UInt16(name.count), id: FieldID(name: message.span.extracting(name))))
        }
        return head
    }

    @Test func `finds the first field of a name in any case`() {
        let head = head()
        #expect(head.find(octets("ACCEPT").span, in: message.span) == 0)
        #expect(head.find(octets("host").span, in: message.span) == 1)
        #expect(head.next(.host, from: 0) == 1)
        #expect(text(message.span.extracting(head.fields[2].value.range)) == "c")
    }

    @Test func `finds nothing that is not there`() {
        let head = head()
        for name in ["accep", "hosts", ""] {
            let index = head.find(octets(name).span, in: message.span)
            #expect(index == nil)
        }
        #expect(head.next(.date, from: 0) == head.fields.count)
        #expect(head.next(.host, from: 2) == head.fields.count)
    }

    @Test func `a cleared head says nothing of the message before`() {
        var head = head()
        head.count = 7
        head.contentLength = 7
        head.keepsAlive = true
        head.path = Place(1..<2)
        head.clear()
        #expect(head.fields.count == 0 && head.count == 0 && head.contentLength == 0)
        #expect(!head.keepsAlive && head.path == Place() && head.method == .unknown)
    }
}
