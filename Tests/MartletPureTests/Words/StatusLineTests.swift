import Testing

@testable import MartletPure

@Suite struct StatusLineTests {
    private func line(_ status: Int) -> String { written { StatusLine.append(status, to: &$0) } }

    @Test func `registered codes have their reason`() {
        for (status, reason) in [
            (100, "Continue"), (200, "OK"), (304, "Not Modified"), (404, "Not Found"),
            (413, "Content Too Large"),
            (431, "Request Header Fields Too Large"), (503, "Service Unavailable"),
            (511, "Network Authentication Required"),
        ] {
            #expect(line(status) == "HTTP/1.1 \(status) \(reason)\r\n")
            #expect(text(StatusLine.reason(status).octets) == reason)
        }
    }

    @Test func `every code has a well-formed line`() {
        var registered = 0
        for status in 100...599 {
            let reason = text(StatusLine.reason(status).octets)
            #expect(line(status) == "HTTP/1.1 \(status) \(reason == "Unknown" ? "" : reason)\r\n")
            registered += reason == "Unknown" ? 0 : 1
        }
        #expect(registered == 61)
    }

    @Test(arguments: [Int.min, -1, 0, 99, 600, Int.max])
    func `numbers that are no codes become 500`(_ status: Int) {
        #expect(line(status) == "HTTP/1.1 500 \r\n")
        #expect(text(StatusLine.reason(status).octets) == "Unknown")
    }
}
