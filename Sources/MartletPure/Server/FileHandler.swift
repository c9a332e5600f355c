internal import MartletEngine

/// Serves the files below a folder: RFC 9110 §8.8, §13.
final class FileHandler: HandlerBox, @unchecked Sendable {
    private let files: Files

    init(root: String) throws(CoreError) { files = try Files(root: root) }

    override func handle(_ exchange: Exchange) {
        do throws(CoreError) {
            let path = unsafe Span(_unsafeElements: exchange.unsafeParameter(at: 0))
            answer(exchange, try files.open(path))
        } catch {
            Service.fail(exchange, error.status == .notFound ? 404 : 503)
        }
    }

    private func answer(_ exchange: Exchange, _ found: consuming OpenFile) {
        var file = found
        // Nothing was modified after it is sent: RFC 9110 §8.8.2.1.
        let now = exchange.shard.presetSecond
        let modified = min(file.modifiedSeconds, now)
        let octets = exchange.octets(Place(offset: 0, count: UInt32(exchange.head.count)))
        let outcome = Conditions.evaluate(
            exchange.head, octets, etag: file.etag.span, modified: modified, now: now)
        if outcome == 412 { return Service.fail(exchange, 412) }
        if outcome == 304 {
            // Who has the file is told by which tag it is known, and no more: RFC 9110 §15.4.5.
            exchange.response.dropBody()
            exchange.response.isSet = true
            exchange.response.status = 304
        } else {
            describe(exchange, mediaType: file.mediaType, modified: modified)
        }
        _ = exchange.response.addField(StaticString("ETag").octets, file.etag.span)
        if outcome == 304 { return }
        let length = file.size
        let descriptor = file.relinquish()
        exchange.response.setFile(descriptor: descriptor, length: length)
    }

    private func describe(_ exchange: Exchange, mediaType: StaticString, modified: Int64) {
        var date = ByteBuffer()
        HTTPDate.append(modified, to: &date)
        exchange.addField("Content-Type", mediaType)
        _ = exchange.response.addField(StaticString("Last-Modified").octets, date.span)
    }
}
