import ArenaKit
import Hummingbird

extension Request {
    var querySum: Int {
        guard let query = uri.query else { return 0 }
        return Numbers.sum(ofQuery: query.utf8.span)
    }

    /// The query's "m".
    var multiplier: Int? {
        guard let query = uri.query else { return nil }
        return Numbers.integer(named: UInt8(ascii: "m"), inQuery: query.utf8.span)
    }

    /// What Accept-Encoding allows.
    var acceptedCodings: AcceptedCodings {
        guard let value = headers[.acceptEncoding] else { return AcceptedCodings() }
        return AcceptedCodings(value.utf8.span)
    }
}
