/// What can be done with a descriptor without waiting, or what is to be waited for. The values are epoll's own.
struct Readiness: OptionSet {
    let rawValue: UInt32

    static let read = Readiness(rawValue: 1)
    static let write = Readiness(rawValue: 4)
}
