#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif
import Testing

@testable import MartletPure

@Suite struct SocketTests {
    @Test func `pieces leave as if they were one`() throws {
        let pair = try SocketPair()
        let texts: [StaticString] = ["one, ", "two, ", "three"]
        let pieces = unsafe texts.map {
            unsafe UnsafeBufferPointer(start: $0.utf8Start, count: $0.utf8CodeUnitCount)
        }
        let sent = unsafe pieces.withUnsafeBufferPointer {
            unsafe Socket.send(pair.far, pieces: $0, moreFollows: false)
        }
        #expect(sent == 15)
        #expect(pair.hear() == "one, two, three")
    }

    @Test func `more pieces than one call takes leave in several`() throws {
        let pair = try SocketPair()
        let text: StaticString = "0123456789"
        let piece = unsafe UnsafeBufferPointer(start: text.utf8Start, count: 10)
        let pieces = unsafe [UnsafeBufferPointer<UInt8>](repeating: piece, count: 200)
        let sent = unsafe pieces.withUnsafeBufferPointer {
            unsafe Socket.send(pair.far, pieces: $0, moreFollows: true)
        }
        #expect((10...2000).contains(sent))
        #expect(pair.hear().utf8.count == sent)
    }

    @Test func `nothing to read would block, and an end is an end`() throws {
        let pair = try SocketPair()
        let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 16, alignment: 16)
        defer { unsafe room.deallocate() }
        #expect(unsafe Socket.receive(pair.near, into: room) < 0)
        #expect(Socket.wouldBlock)
        Socket.finishOutput(pair.far)
        #expect(unsafe Socket.receive(pair.near, into: room) == 0)
    }

    @Test func `a peer that is gone is an error and no signal`() throws {
        let pair = try SocketPair()
        let gone = try SocketPair()
        Socket.finishOutput(gone.near)
        let text: StaticString = "to nobody"
        let octets = unsafe UnsafeBufferPointer(start: text.utf8Start, count: 9)
        #expect(unsafe Socket.send(gone.near, octets, moreFollows: false) < 0)
        #expect(!Socket.wouldBlock)
        pair.say()
        #expect(pair.hear() == "x ")
    }

    #if os(Linux)
        @Test func `what is no pair for sendfile is known as such`() throws {
            let folder = try TemporaryFolder()
            try folder.makeFile("file", "text")
            let file = unsafe open(folder.path(of: "file"), O_RDWR | O_APPEND)
            defer { Socket.close(file) }
            #expect(Socket.sendFile(file, file, at: 0, count: 4) < 0)
            #expect(Socket.cannotSendFile)
        }
    #endif

    @Test func `a part of a file is sent, and nothing behind its end`() throws {
        let (pair, folder) = (try SocketPair(), try TemporaryFolder())
        try folder.makeFile("file", "0123456789")
        let file = unsafe open(folder.path(of: "file"), O_RDONLY)
        defer { Socket.close(file) }
        #expect(Socket.sendFile(pair.far, file, at: 7, count: 100) == 3)
        #expect(Socket.sendFile(pair.far, file, at: 10, count: 100) == 0)
        #expect(Socket.sendFile(pair.far, file, at: 0, count: 0) == 0)
        #expect(pair.hear() == "789")
    }

    @Test func `an address of a unix socket is not empty, not too long, and holds no NUL`() {
        let longest = String(repeating: "x", count: SocketAddress.longestUnixPath)
        #expect(SocketAddress(unixPath: longest) != nil)
        for path in ["", longest + "x", "a\0b"] { #expect(SocketAddress(unixPath: path) == nil) }
    }
}
