import ArenaKit
import HTTPTypes
import Martlet

/// The first items of the data set as JSON, made anew for each request, and compressed where that is asked for.
struct Items: Controller {
    let catalogue: Catalogue
    private let compressor = Compressor()

    init(catalogue: Catalogue) { self.catalogue = catalogue }

    func handle(_ request: borrowing Request, _ response: inout Response) throws {
        guard let text = request.parameters.bytes(of: "count"), let count = Numbers.integer(text) else {
            throw HTTPError(.badRequest, "The count is no number.")
        }
        let multiplier = Numbers.integer(named: UInt8(ascii: "m"), inQuery: request.queryBytes) ?? 1
        let coding = request.acceptedCodings.preferred
        response.fields[.vary] = "Accept-Encoding"
        try catalogue.withJSON(of: catalogue.clamped(count), multiplier: multiplier) { json in
            guard let coding else { return response.send(bytes: json.span, contentType: "application/json") }
            response.fields[.contentEncoding] = coding.name
            try compressor.withCompressed(json, coding) { compressed in
                response.send(bytes: compressed.span, contentType: "application/json")
            }
        }
    }
}

extension Request {
    /// What Accept-Encoding allows.
    var acceptedCodings: AcceptedCodings {
        guard let value = fields.bytes(of: .acceptEncoding) else { return AcceptedCodings() }
        return AcceptedCodings(value)
    }
}
