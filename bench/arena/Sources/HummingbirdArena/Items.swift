import ArenaKit
import Hummingbird

/// The first items of the data set as JSON, made anew for each request, and compressed where that is asked for.
struct Items: Sendable {
    let catalogue: Catalogue
    private let compressor = Compressor()

    init(catalogue: Catalogue) { self.catalogue = catalogue }

    func response(to request: Request, _ context: BasicRequestContext) throws -> Response {
        let count = try context.parameters.require("count", as: Int.self)
        var headers: HTTPFields = [.contentType: "application/json", .vary: "Accept-Encoding"]
        let multiplier = request.multiplier ?? 1
        guard let coding = request.acceptedCodings.preferred else {
            return Response(status: .ok, headers: headers, body: .init(byteBuffer: json(count, multiplier)))
        }
        headers[.contentEncoding] = coding.name
        let body = try catalogue.withJSON(of: catalogue.clamped(count), multiplier: multiplier) { json in
            try compressed(json, coding)
        }
        return Response(status: .ok, headers: headers, body: .init(byteBuffer: body))
    }

    /// Laid right into the buffer that is sent.
    private func json(_ count: Int, _ multiplier: Int) -> ByteBuffer {
        let count = catalogue.clamped(count)
        var buffer = ByteBuffer()
        let capacity = catalogue.capacity(for: count)
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: capacity) { memory in
            catalogue.write(count, multiplier: multiplier, into: memory.bindMemory(to: UInt8.self))
        }
        return buffer
    }

    private func compressed(_ json: UnsafeBufferPointer<UInt8>, _ coding: ContentCoding) throws -> ByteBuffer
    {
        var buffer = ByteBuffer()
        let capacity = Compressor.capacity(for: json.count)
        try buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: capacity) { memory in
            try compressor.compress(json, coding, into: memory.bindMemory(to: UInt8.self))
        }
        return buffer
    }
}
