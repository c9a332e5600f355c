#if os(Linux) || os(Android)
    internal import MartletEngine

    /// The kernel's set of watched descriptors, level-triggered; with a bell that any thread can ring, and one alarm.
    ///
    /// Bell and alarm are edge-triggered: whoever is told of them need not read them.
    @safe
    struct Poller: ~Copyable, @unchecked Sendable {
        /// What an event is about: one of these, or what was given to `watch`.
        static let bell: UInt = 0
        static let alarm: UInt = 1

        private static let mostEvents = 512

        private let set: OwnedDescriptor
        private let bell: OwnedDescriptor
        private let alarm: OwnedDescriptor
        private let events: UnsafeMutableBufferPointer<EpollEvent>

        init() throws(CoreError) {
            let set = try OwnedDescriptor(Linux.createEpoll(), from: "epoll_create1")
            let bell = try OwnedDescriptor(Linux.createEvent(), from: "eventfd")
            let alarm = try OwnedDescriptor(Linux.createTimer(), from: "timerfd_create")
            let edge = Linux.readable | Linux.edgeTriggered
            let isReady =
                Linux.change(set.number, .add, bell.number, EpollEvent(events: edge, token: Self.bell)) == 0
                && Linux.change(set.number, .add, alarm.number, EpollEvent(events: edge, token: Self.alarm))
                    == 0
            if !isReady { throw CoreError(status: .system, message: "epoll_ctl") }
            self.set = set
            self.bell = bell
            self.alarm = alarm
            unsafe events = .allocate(capacity: Self.mostEvents)
            unsafe events.initialize(repeating: EpollEvent())
        }

        deinit { unsafe events.deallocate() }

        /// Changes what is waited for; false when the kernel refuses.
        func watch(_ descriptor: Int32, from known: Readiness, to wanted: Readiness, _ token: UInt) -> Bool {
            let change: Linux.Change = known.isEmpty ? .add : wanted.isEmpty ? .remove : .modify
            let event = EpollEvent(events: wanted.rawValue, token: token)
            return Linux.change(set.number, change, descriptor, event) == 0
        }

        /// Waits for events; returns how many there are, less than 0 on failure.
        func wait() -> Int { unsafe Linux.wait(set.number, events) }

        /// Of the `index`-th event of the last wait.
        func token(_ index: Int) -> UInt { unsafe events[index].token }

        /// A failure makes everything ready: the next call tells.
        func readiness(_ index: Int) -> Readiness {
            let ready = unsafe events[index].events
            if ready & (Linux.failed | Linux.hungUp) != 0 { return [.read, .write] }
            return Readiness(rawValue: ready)
        }

        /// Rings the bell. Thread: any.
        func ring() { Socket.ring(bell.number) }

        /// Sets the alarm off once, after that time.
        func setAlarm(after milliseconds: Int) { Linux.setTimer(alarm.number, milliseconds: milliseconds) }
    }
#endif
