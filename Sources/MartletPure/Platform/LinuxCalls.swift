#if os(Linux) || os(Android)
    #if canImport(Glibc)
        internal import Glibc
    #elseif canImport(Musl)
        internal import Musl
    #elseif canImport(Android)
        internal import Android
    #endif

    // Calls of the C library that Swift's modules for it leave out, and the kernel's numbers that go with them. They are
    // part of Linux's ABI, which never changes.

    @_extern(c, "epoll_create1") private func epoll_create1(_ flags: Int32) -> Int32

    @_extern(c, "epoll_ctl")
    private func epoll_ctl(
        _ set: Int32, _ operation: Int32, _ descriptor: Int32, _ event: UnsafeMutableRawPointer?
    ) -> Int32

    @_extern(c, "epoll_wait")
    private func epoll_wait(
        _ set: Int32, _ events: UnsafeMutableRawPointer, _ most: Int32, _ milliseconds: Int32
    ) -> Int32

    @_extern(c, "eventfd") private func eventfd(_ value: UInt32, _ flags: Int32) -> Int32

    @_extern(c, "timerfd_create") private func timerfd_create(_ clock: Int32, _ flags: Int32) -> Int32

    @_extern(c, "timerfd_settime")
    private func timerfd_settime(
        _ timer: Int32, _ flags: Int32, _ next: UnsafePointer<itimerspec>,
        _ before: UnsafeMutablePointer<itimerspec>?
    ) -> Int32

    @_extern(c, "accept4")
    private func accept4(
        _ listener: Int32, _ address: UnsafeMutableRawPointer?, _ size: UnsafeMutablePointer<socklen_t>?,
        _ flags: Int32
    ) -> Int32

    @_extern(c, "sendfile")
    private func sendfile(_ socket: Int32, _ file: Int32, _ offset: UnsafeMutablePointer<Int>, _ count: Int)
        -> Int

    @_extern(c, "sched_getaffinity")
    private func sched_getaffinity(_ process: Int32, _ size: Int, _ mask: UnsafeMutableRawPointer) -> Int32

    @_extern(c, "sched_setaffinity")
    private func sched_setaffinity(_ process: Int32, _ size: Int, _ mask: UnsafeRawPointer) -> Int32

    /// The kernel's `struct epoll_event`, which is packed on x86-64 only.
    struct EpollEvent {
        var events: UInt32 = 0
        #if arch(x86_64)
            private var low: UInt32 = 0
            private var high: UInt32 = 0

            var token: UInt {
                get { UInt(high) << 32 | UInt(low) }
                set { (low, high) = (UInt32(truncatingIfNeeded: newValue), UInt32(newValue >> 32)) }
            }
        #else
            private var data: UInt64 = 0

            var token: UInt {
                get { UInt(data) }
                set { data = UInt64(newValue) }
            }
        #endif

        init() {}

        init(events: UInt32, token: UInt) {
            self.events = events
            self.token = token
        }
    }

    /// What is called here by the names of the system's manual.
    enum Linux {
        static let closeOnExec: Int32 = 0o2_000_000
        static let nonBlocking: Int32 = 0o4000

        static let readable: UInt32 = 1
        static let writable: UInt32 = 4
        static let failed: UInt32 = 8
        static let hungUp: UInt32 = 16
        static let edgeTriggered: UInt32 = 1 << 31

        enum Change: Int32 { case add = 1, remove, modify }

        static func createEpoll() -> Int32 { epoll_create1(closeOnExec) }

        static func change(_ set: Int32, _ change: Change, _ descriptor: Int32, _ event: EpollEvent) -> Int32
        {
            var event = event
            return unsafe epoll_ctl(set, change.rawValue, descriptor, &event)
        }

        static func wait(_ set: Int32, _ events: UnsafeMutableBufferPointer<EpollEvent>) -> Int {
            guard let start = events.baseAddress else { return 0 }
            return Int(unsafe epoll_wait(set, start, Int32(events.count), -1))
        }

        static func createEvent() -> Int32 { eventfd(0, nonBlocking | closeOnExec) }

        static func createTimer() -> Int32 {
            timerfd_create(Int32(CLOCK_MONOTONIC), nonBlocking | closeOnExec)
        }

        static func setTimer(_ timer: Int32, milliseconds: Int) {
            var next = itimerspec()
            next.it_value.tv_sec = milliseconds / 1000
            next.it_value.tv_nsec = milliseconds % 1000 * 1_000_000
            _ = unsafe timerfd_settime(timer, 0, &next, nil)
        }

        static func accept(_ listener: Int32, _ address: inout sockaddr_storage) -> Int32 {
            var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
            return unsafe accept4(listener, &address, &size, nonBlocking | closeOnExec)
        }

        static func sendFile(_ socket: Int32, _ file: Int32, at offset: Int, count: Int) -> Int {
            var offset = offset
            return unsafe sendfile(socket, file, &offset, count)
        }

        /// The CPUs that the calling thread may use, a bit for each; nil where the kernel does not say.
        static func affinity() -> [UInt]? {
            // The kernel refuses a set smaller than its own; this one holds 8192 CPUs.
            var mask = [UInt](repeating: 0, count: 8192 / UInt.bitWidth)
            let size = mask.count * MemoryLayout<UInt>.size
            return unsafe sched_getaffinity(0, size, &mask) < 0 ? nil : mask
        }

        static func setAffinity(_ mask: [UInt]) -> Bool {
            unsafe sched_setaffinity(0, mask.count * MemoryLayout<UInt>.size, mask) == 0
        }
    }
#endif
