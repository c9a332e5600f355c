#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// The way from a folder to what is below it, component by component, so that nothing leads out: neither "..", nor a
/// symbolic link, nor a folder that is moved meanwhile.
///
/// Links are followed as Linux's own call for this does it: those that stay below are; absolute ones and what climbs past
/// the root are refused. The folders that were passed stay open until the end: ".." means the one that was come from,
/// wherever it is by now. A file right below the root costs one call, each folder on the way two more.
struct BeneathWalk: ~Copyable {
    private static let fileFlags = Beneath.fileFlags | O_NOFOLLOW

    /// A folder on the way needs to be searched only, not read: Linux has O_PATH for that.
    #if os(Linux) || os(Android)
        private static let folderFlags = 0o10_000_000 | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
    #else
        private static let folderFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
    #endif

    /// As many as Linux follows.
    private static let mostLinks = 40
    private static let mostOctets = 4096

    /// A component of the path, and what stands behind it.
    private struct Component {
        var range: Range<Int>
        var hasSlash: Bool
        var isLast: Bool
    }

    private let root: Int32
    /// Those that were passed, each below the one before it.
    private var folders: [Int32] = []
    private var links = 0
    /// The path with a NUL behind it, and one behind each component that was taken.
    private var path: [UInt8]
    /// Where the rest of the path begins.
    private var at = 0

    init(from root: Int32, along path: [UInt8]) {
        self.root = root
        self.path = path + [0]
    }

    deinit {
        for folder in folders { close(folder) }
    }

    private var folder: Int32 { folders.last ?? root }

    /// Opens what the path leads to. The descriptor is the caller's. Once.
    mutating func arrive() throws(SystemFailure) -> Int32 {
        if path[0] == 0 { throw SystemFailure(number: ENOENT) }
        if path[0] == UInt8(ascii: "/") { throw SystemFailure(number: EXDEV) }
        while let component = takeComponent() {
            if path[component.range].elementsEqual("..".utf8) {
                try climb()
            } else if !path[component.range].elementsEqual(".".utf8) {
                if let descriptor = try enter(component) { return descriptor }
            }
        }
        // What ends in dots is a folder that is open already, but not for reading.
        return try openFolder()
    }

    private mutating func takeComponent() -> Component? {
        let start = at
        while path[at] != 0 && path[at] != UInt8(ascii: "/") { at += 1 }
        let end = at
        while path[at] == UInt8(ascii: "/") { at += 1 }
        if start == at { return nil }
        let component = Component(range: start..<end, hasSlash: at > end, isLast: path[at] == 0)
        path[end] = 0
        return component
    }

    private mutating func climb() throws(SystemFailure) {
        guard let last = folders.popLast() else { throw SystemFailure(number: EXDEV) }
        close(last)
    }

    /// Goes into the folder of that name, or opens what the path ends with.
    private mutating func enter(_ component: Component) throws(SystemFailure) -> Int32? {
        let lastFlags = Self.fileFlags | (component.hasSlash ? O_DIRECTORY : 0)
        let flags = component.isLast ? lastFlags : Self.folderFlags
        let descriptor = unsafe withName(component) { unsafe openat(folder, $0, flags) }
        if descriptor < 0 {
            try follow(component, otherwise: SystemFailure(number: errno))
        } else if component.isLast {
            return descriptor
        } else {
            folders.append(descriptor)
        }
        return nil
    }

    /// Puts a link's target before the rest of the path. What is no link could not be opened for another reason.
    private mutating func follow(
        _ component: Component, otherwise failure: SystemFailure
    ) throws(SystemFailure) {
        let target = unsafe [UInt8](unsafeUninitializedCapacity: Self.mostOctets) { target, count in
            count = unsafe withName(component) { name in
                unsafe target.withMemoryRebound(to: CChar.self) { target in
                    unsafe max(0, readlinkat(folder, name, target.baseAddress!, target.count))
                }
            }
        }
        if target.isEmpty { throw failure }
        links += 1
        if links > Self.mostLinks { throw SystemFailure(number: ELOOP) }
        if target[0] == UInt8(ascii: "/") { throw SystemFailure(number: EXDEV) }
        path = target + (component.hasSlash ? [UInt8(ascii: "/")] : []) + path[at...]
        at = 0
        if path.count > Self.mostOctets { throw SystemFailure(number: ENAMETOOLONG) }
    }

    private func openFolder() throws(SystemFailure) -> Int32 {
        let descriptor = unsafe openat(folder, ".", Self.fileFlags | O_DIRECTORY)
        if descriptor < 0 { throw SystemFailure(number: errno) }
        return descriptor
    }

    private func withName<Result>(_ component: Component, _ body: (UnsafePointer<CChar>) -> Result) -> Result
    {
        unsafe path.withUnsafeBytes { path in
            let name = unsafe path.baseAddress! + component.range.lowerBound
            return unsafe body(name.assumingMemoryBound(to: CChar.self))
        }
    }
}
