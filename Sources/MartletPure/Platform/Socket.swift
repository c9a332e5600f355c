#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// The system's calls for stream sockets, without their SIGPIPE. Sockets made here are non-blocking and close-on-exec.
/// Calls that can fail return less than 0 and leave `errno`.
enum Socket {
    /// Pieces that leave by one call.
    private static let mostPieces = 64

    /// Whether the last call would have had to wait, or was interrupted: nothing is wrong.
    static var wouldBlock: Bool {
        let number = errno
        return number == EAGAIN || number == EWOULDBLOCK || number == EINTR
    }

    /// Why nothing was accepted.
    enum AcceptFailure: Equatable {
        /// No connection waits, or none ever will.
        case nothingThere
        /// It was one connection's own: the next may be had.
        case ofConnection
        /// No descriptor or memory is left.
        case shortage(Int32)
    }

    /// Of the last `accept`. ECONNABORTED and the network errors of accept(2) belong to the one connection.
    static var acceptFailure: AcceptFailure {
        let number = errno
        return switch number {
        case EMFILE, ENFILE, ENOBUFS, ENOMEM: .shortage(number)
        case EAGAIN, EWOULDBLOCK, EBADF, EINVAL: .nothingThere
        default: .ofConnection
        }
    }

    /// A connection of the listener.
    static func accept(_ listener: Int32, _ peer: inout SocketAddress) -> Int32 {
        #if os(Linux) || os(Android)
            return Linux.accept(listener, &peer.storage)
        #else
            return unsafe prepare(peer.withMutableAddress { unsafe acceptSocket(listener, $0, $1) })
        #endif
    }

    /// Bytes of a file that were sent, 0 at its end. No signal comes from it on threads that block SIGPIPE, as all of ours
    /// do: sendfile itself knows no MSG_NOSIGNAL.
    static func sendFile(_ socket: Int32, _ file: Int32, at offset: Int, count: Int) -> Int {
        // Nobody asks for more at once; some systems' lengths would not hold it.
        let most = min(count, 1 << 30)
        if most <= 0 { return 0 }  // to some systems a length of 0 means everything
        #if os(Linux) || os(Android)
            return Linux.sendFile(socket, file, at: offset, count: most)
        #else
            var sent = off_t(most)
            let outcome = unsafe sendfile(file, socket, off_t(offset), &sent, nil, 0)
            return outcome < 0 && sent == 0 ? -1 : Int(sent)
        #endif
    }

    /// Whether the last `sendFile` is not for that pair of descriptors.
    static var cannotSendFile: Bool {
        let number = errno
        return number == EINVAL || number == ENOSYS || number == ENOTSUP || number == EOPNOTSUPP
    }

    static func receive(_ socket: Int32, into room: UnsafeMutableRawBufferPointer) -> Int {
        unsafe recv(socket, room.baseAddress, room.count, 0)
    }

    /// `moreFollows`: the kernel need not send a packet that is not full.
    static func send(_ socket: Int32, _ octets: UnsafeBufferPointer<UInt8>, moreFollows: Bool) -> Int {
        unsafe sendto(socket, octets.baseAddress, octets.count, moreFollows ? moreToCome : quiet, nil, 0)
    }

    /// Sends the pieces as if they were one.
    static func send(
        _ socket: Int32, pieces: UnsafeBufferPointer<UnsafeBufferPointer<UInt8>>, moreFollows: Bool
    ) -> Int {
        let count = min(pieces.count, mostPieces)
        return unsafe withUnsafeTemporaryAllocation(of: iovec.self, capacity: count) { vector in
            for index in 0..<count {
                let piece = unsafe UnsafeMutableBufferPointer(mutating: pieces[index])
                unsafe vector.initializeElement(
                    at: index, to: iovec(iov_base: piece.baseAddress, iov_len: piece.count))
            }
            var message = unsafe msghdr()
            unsafe message.msg_iov = vector.baseAddress
            unsafe message.msg_iovlen = numericCast(count)
            return unsafe sendmsg(socket, &message, moreFollows ? moreToCome : quiet)
        }
    }

    /// Says that nothing more will be sent.
    static func finishOutput(_ socket: Int32) { _ = shutdown(socket, numericCast(SHUT_WR)) }

    static func close(_ descriptor: Int32) { closeDescriptor(descriptor) }

    /// Octets of a file from `offset` on.
    static func readFile(_ file: Int32, at offset: Int, into room: UnsafeMutableRawBufferPointer) -> Int {
        unsafe pread(file, room.baseAddress, room.count, off_t(offset))
    }

    /// Wakes whoever waits for an event descriptor.
    static func ring(_ bell: Int32) {
        var one: UInt64 = 1
        // EAGAIN: so many rings wait that one more says nothing new.
        while unsafe write(bell, &one, 8) < 0 && errno == EINTR {}
    }

    #if canImport(Darwin)
        private static let quiet: Int32 = 0
        private static let moreToCome: Int32 = 0
    #else
        private static let quiet = Int32(MSG_NOSIGNAL)
        private static let moreToCome = Int32(MSG_NOSIGNAL | MSG_MORE)
    #endif
}

// The names are taken in there.
private func closeDescriptor(_ descriptor: Int32) { _ = close(descriptor) }

#if canImport(Darwin)
    private func acceptSocket(
        _ listener: Int32, _ address: UnsafeMutablePointer<sockaddr>, _ size: UnsafeMutablePointer<socklen_t>
    ) -> Int32 {
        unsafe accept(listener, address, size)
    }
#endif
