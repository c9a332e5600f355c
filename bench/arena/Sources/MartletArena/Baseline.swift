import ArenaKit
import Martlet

/// Adds up the query's values, and the body where there is one.
struct Baseline: Controller {
    func handle(_ request: borrowing Request, _ response: inout Response) {
        let body = Numbers.integer(request.body) ?? 0
        response.send(String(Numbers.sum(ofQuery: request.queryBytes) &+ body))
    }
}
