#if !os(Linux) && !os(Android)
    #if canImport(Glibc)
        internal import Glibc
    #else
        internal import Darwin
    #endif
    internal import MartletEngine

    /// The kernel's set of watched descriptors, level-triggered; with a bell that any thread can ring, and one alarm.
    @safe
    struct Poller: ~Copyable, @unchecked Sendable {
        /// What an event is about: one of these, or what was given to `watch`.
        static let bell: UInt = 0
        static let alarm: UInt = 1

        private static let mostEvents = 512

        private let queue: OwnedDescriptor
        private let events: UnsafeMutableBufferPointer<kevent>

        init() throws(CoreError) {
            let queue = try OwnedDescriptor(kqueue(), from: "kqueue")
            if !Self.change(queue.number, Self.bell, EVFILT_USER, EV_ADD | EV_CLEAR, token: Self.bell) {
                throw CoreError(status: .system, message: "kevent")
            }
            self.queue = queue
            unsafe events = .allocate(capacity: Self.mostEvents)
            unsafe events.initialize(repeating: kevent())
        }

        deinit { unsafe events.deallocate() }

        /// Changes what is waited for; false when the kernel refuses.
        func watch(_ descriptor: Int32, from known: Readiness, to wanted: Readiness, _ token: UInt) -> Bool {
            let filters = [(Readiness.read, EVFILT_READ), (.write, EVFILT_WRITE)]
            for (readiness, filter) in filters where known.contains(readiness) != wanted.contains(readiness) {
                let action = wanted.contains(readiness) ? EV_ADD : EV_DELETE
                if !Self.change(queue.number, UInt(descriptor), filter, action, token: token) { return false }
            }
            return true
        }

        /// Waits for events; returns how many there are, less than 0 on failure.
        func wait() -> Int {
            Int(unsafe kevent(queue.number, nil, 0, events.baseAddress, Int32(events.count), nil))
        }

        /// Of the `index`-th event of the last wait.
        func token(_ index: Int) -> UInt { unsafe UInt(bitPattern: events[index].udata) }

        func readiness(_ index: Int) -> Readiness {
            unsafe Int32(events[index].filter) == EVFILT_WRITE ? .write : .read
        }

        /// Rings the bell. Thread: any.
        func ring() {
            _ = Self.change(
                queue.number, Self.bell, EVFILT_USER, 0, flags: UInt32(NOTE_TRIGGER), token: Self.bell)
        }

        /// Sets the alarm off once, after that time.
        func setAlarm(after milliseconds: Int) {
            _ = Self.change(
                queue.number, Self.alarm, EVFILT_TIMER, EV_ADD | EV_ONESHOT, data: milliseconds,
                token: Self.alarm)
        }

        private static func change(
            _ queue: Int32, _ identifier: UInt, _ filter: Int32, _ action: Int32, flags: UInt32 = 0,
            data: Int = 0, token: UInt
        ) -> Bool {
            var change = unsafe kevent(
                ident: identifier, filter: Int16(filter), flags: UInt16(action), fflags: flags, data: data,
                udata: UnsafeMutableRawPointer(bitPattern: token))
            return unsafe kevent(queue, &change, 1, nil, 0, nil) == 0
        }
    }
#endif
