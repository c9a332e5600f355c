#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif
import Testing

@testable import MartletPure

@Suite struct PeersTests {
    /// As the system would tell it at accept; what is no address comes by a unix socket.
    private func peer(_ host: String, port: UInt16 = 1) -> PeerAddress {
        var ipv4 = sockaddr_in()
        var ipv6 = sockaddr_in6()
        var storage = sockaddr_storage()
        storage.ss_family = sa_family_t(AF_UNIX)
        if unsafe inet_pton(AF_INET, host, &ipv4.sin_addr) == 1 {
            ipv4.sin_family = sa_family_t(AF_INET)
            ipv4.sin_port = port.bigEndian
            unsafe withUnsafeMutableBytes(of: &storage) {
                unsafe $0.storeBytes(of: ipv4, as: sockaddr_in.self)
            }
        } else if unsafe inet_pton(AF_INET6, host, &ipv6.sin6_addr) == 1 {
            ipv6.sin6_family = sa_family_t(AF_INET6)
            ipv6.sin6_port = port.bigEndian
            unsafe withUnsafeMutableBytes(of: &storage) {
                unsafe $0.storeBytes(of: ipv6, as: sockaddr_in6.self)
            }
        }
        return PeerAddress(storage)
    }

    @Test(arguments: [
        ("127.0.0.1", "127.0.0.1:80"), ("255.255.255.255", "255.255.255.255:80"), ("::1", "[::1]:80"),
        ("2001:db8:1:2:3:4:5:6", "[2001:db8:1:2:3:4:5:6]:80"), ("::ffff:10.1.2.3", "10.1.2.3:80"),
        ("unix", "unix"),
    ])
    func `tells addresses as text`(_ host: String, _ text: String) {
        #expect(peer(host, port: 80).description == text)
    }

    @Test func `each address has its own limit`() {
        let peers = Peers(limit: 2)
        #expect(peers.enter(peer("10.0.0.1")))
        #expect(peers.enter(peer("10.0.0.1", port: 2)))
        #expect(!peers.enter(peer("10.0.0.1", port: 3)))
        #expect(peers.enter(peer("10.0.0.2")))
        peers.leave(peer("10.0.0.1", port: 2))
        #expect(peers.enter(peer("10.0.0.1")))
        #expect(!peers.enter(peer("10.0.0.1")))
    }

    @Test func `one network of 64 bits is one peer`() {
        let peers = Peers(limit: 1)
        #expect(peers.enter(peer("2001:db8:0:1::1")))
        #expect(!peers.enter(peer("2001:db8:0:1:ffff::2")))
        #expect(peers.enter(peer("2001:db8:0:2::1")))
    }

    @Test func `a mapped address is the IPv4 address`() {
        let peers = Peers(limit: 1)
        #expect(peers.enter(peer("10.0.0.1")))
        #expect(!peers.enter(peer("::ffff:10.0.0.1")))
    }

    @Test func `unix peers are not counted`() {
        let peers = Peers(limit: 1)
        for _ in 0..<3 { #expect(peers.enter(peer("unix"))) }
        for _ in 0..<5 { peers.leave(peer("unix")) }
        #expect(peers.enter(peer("unix")))
    }

    @Test func `forgets nobody among many, and nobody's leave is another's`() {
        let peers = Peers(limit: 3)
        let hosts = (0..<200).map { peer("10.0.\($0 / 16).\($0 % 16)") }
        var counts = [Int](repeating: 0, count: hosts.count)
        var random = RepeatableGenerator(seed: 12345)
        for _ in 0..<20000 {
            let index = Int.random(in: hosts.indices, using: &random)
            if Bool.random(using: &random) {
                #expect(peers.enter(hosts[index]) == (counts[index] < 3))
                counts[index] = min(3, counts[index] + 1)
            } else {
                peers.leave(hosts[index])
                counts[index] = max(0, counts[index] - 1)
            }
        }
    }
}
