import MartletEngine
import Testing

@testable import MartletPure

@Suite struct ByteBufferTests {
    private func text(_ buffer: borrowing ByteBuffer) -> String { String(decoding: buffer.span) }

    @Test func `holds what was appended, however it grew`() {
        var buffer = ByteBuffer()
        var expected = ""
        for number in 0..<2000 {
            buffer.appendDecimal(UInt64(number))
            buffer.append(UInt8(ascii: " "))
            expected += "\(number) "
        }
        #expect(text(buffer) == expected)
    }

    @Test(arguments: [0, 9, 10, 255, 256, UInt64.max])
    func `writes numbers as others do`(_ number: UInt64) {
        var buffer = ByteBuffer()
        buffer.appendDecimal(number)
        buffer.append(UInt8(ascii: " "))
        buffer.appendHexadecimal(number)
        #expect(text(buffer) == "\(number) \(String(number, radix: 16))")
    }

    @Test func `octets leave at the front, in the middle and at the end`() {
        var buffer = ByteBuffer()
        buffer.append("0123456789")
        buffer.removeFirst(2)
        buffer.remove(1..<3)
        buffer.truncate(to: 5)
        #expect(text(buffer) == "25678")
        buffer.removeFirst(5)
        let count = buffer.count
        #expect(count == 0)
    }

    @Test func `a write that fails leaves what was there`() {
        var buffer = ByteBuffer()
        buffer.append("there")
        let failed = unsafe buffer.write(100) { _ in -1 }
        #expect(failed == -1)
        #expect(text(buffer) == "there")
        let written = unsafe buffer.write(100) { room in
            unsafe room[0] = UInt8(ascii: "!")
            return 1
        }
        #expect(written == 1)
        #expect(text(buffer) == "there!")
    }

    @Test func `memory is kept for the next time, unless it was much`() {
        var buffer = ByteBuffer()
        buffer.append("little")
        buffer.recycle()
        let count = buffer.count
        #expect(count == 0)
        let kept = buffer.capacity
        #expect(kept > 0)
        buffer.reserve(1_000_000)
        buffer.recycle()
        let left = buffer.capacity
        #expect(left == 0)
        buffer.append("again")
        #expect(text(buffer) == "again")
    }
}
