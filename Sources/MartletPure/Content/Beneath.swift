#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif
internal import MartletEngine

/// Why a system call failed.
struct SystemFailure: Error {
    let number: Int32
}

/// Opening what is below a folder, and nothing else: not by "..", not by a link that leads out.
enum Beneath {
    /// Non-blocking, because to open a FIFO would otherwise wait for its writer.
    static let fileFlags = O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY

    /// The folder itself. The descriptor is the caller's, as all of this type.
    static func openRoot(_ path: String) throws(SystemFailure) -> Int32 {
        let descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if descriptor < 0 { throw SystemFailure(number: errno) }
        return descriptor
    }

    /// What `path` leads to from `root`. Linux does it in one call since 5.6; a sandbox may not know the call.
    static func find(_ path: Span<UInt8>, from root: Int32) throws(SystemFailure) -> Int32 {
        #if os(Linux) || os(Android)
            let descriptor = openByOneCall(path, from: root)
            if descriptor >= 0 { return descriptor }
            let number = errno
            if number != ENOSYS && number != EPERM { throw SystemFailure(number: number) }
        #endif
        return try walk(path, from: root)
    }

    /// As `find`, by whatever every system has.
    static func walk(_ path: Span<UInt8>, from root: Int32) throws(SystemFailure) -> Int32 {
        var walk = BeneathWalk(from: root, along: [UInt8](copying: path))
        return try walk.arrive()
    }
}

#if os(Linux) || os(Android)
    // Swift sees no function of variable arguments. Those of whole numbers and addresses are passed like any others.
    @_extern(c, "syscall")
    private func syscall(
        _ number: Int, _ folder: Int, _ path: UnsafePointer<UInt8>, _ how: UnsafeRawPointer, _ size: Int
    ) -> Int

    /// The kernel's `struct open_how`.
    private struct OpenHow {
        var flags: UInt64
        var mode: UInt64 = 0
        var resolve: UInt64
    }

    extension Beneath {
        /// Of every architecture.
        private static let openat2 = 437
        private static let noMagicLinks: UInt64 = 0x02
        private static let beneath: UInt64 = 0x08
        private static let mostTries = 8

        private static func openByOneCall(_ path: Span<UInt8>, from root: Int32) -> Int32 {
            unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: path.count + 1) { name in
                for index in path.indices { unsafe name[index] = path[index] }
                unsafe name[path.count] = 0
                guard let name = name.baseAddress else { return -1 }
                return unsafe openByOneCall(name, from: root)
            }
        }

        private static func openByOneCall(_ name: UnsafePointer<UInt8>, from root: Int32) -> Int32 {
            var how = OpenHow(flags: UInt64(fileFlags), resolve: beneath | noMagicLinks)
            for _ in 0..<mostTries {
                let descriptor = unsafe syscall(openat2, Int(root), name, &how, MemoryLayout<OpenHow>.size)
                // EAGAIN: something was renamed meanwhile, so that the kernel could not vouch for "..".
                if descriptor >= 0 || errno != EAGAIN { return Int32(descriptor) }
            }
            return -1
        }
    }
#endif
