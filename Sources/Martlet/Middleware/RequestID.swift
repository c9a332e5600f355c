public import HTTPTypes

/// Gives each request a name that can be found again in logs: the X-Request-ID it came with, or a new one. The
/// response carries it.
public struct RequestID: HookMiddleware {
    private let name: HTTPField.Name

    /// Uses the field called `name`.
    public init(field name: HTTPField.Name = .xRequestID) { self.name = name }

    /// Sets the response's field.
    public func willHandle(_ request: borrowing Request, _ response: inout Response) {
        response.fields[name] = accepted(request.fields[name]) ?? Self.generate()
    }

    /// Does nothing.
    public func didHandle(
        _ request: borrowing Request, _ response: inout Response, state: Void, error: (any Error)?
    ) {}

    /// Only names that are safe in a log line and of a bearable length: the peer chose them.
    private func accepted(_ name: String?) -> String? {
        guard let name, 1...128 ~= name.utf8.count else { return nil }
        let isPlain = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"), UInt8(ascii: "_"),
                UInt8(ascii: "."), UInt8(ascii: ":"), UInt8(ascii: "/"), UInt8(ascii: "="):
                true
            default: false
            }
        }
        return isPlain ? name : nil
    }

    /// 128 random bits as 32 hexadecimal digits.
    private static func generate() -> String {
        let digits = String(UInt128.random(in: 0...UInt128.max), radix: 16)
        return String(repeating: "0", count: 32 - digits.count) + digits
    }
}

extension HTTPField.Name {
    /// X-Request-ID, the name of a request in logs.
    public static var xRequestID: Self { Self("X-Request-ID") ?? .via }
}
