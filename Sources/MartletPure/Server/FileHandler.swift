internal import MartletEngine

/// Serves the files below a folder: RFC 9110 §8.8, §13.
final class FileHandler: HandlerBox, @unchecked Sendable {
    private let files: Files

    init(root: String) throws(CoreError) { files = try Files(root: root) }

    override func handle(_ exchange: Exchange) {
        do throws(CoreError) {
            let path = unsafe Span(_unsafeElements: exchange.unsafeParameter(at: 0))
            answer(exchange, try files.open(path, &exchange.notes))
        } catch {
            Service.fail(exchange, error.status == .notFound ? 404 : 503)
        }
    }

    private func answer(_ exchange: Exchange, _ found: consuming OpenFile) {
        var file = found
        // Nothing was modified after it is sent: RFC 9110 §8.8.2.1.
        let now = exchange.shard.presetSecond
        let modified = min(file.modifiedSeconds, now)
        exchange.notes.removeAll()
        file.appendEntityTag(to: &exchange.notes)
        let outcome = evaluate(exchange, modified, now)
        if outcome == 412 { return Service.fail(exchange, 412) }
        if outcome == 304 {
            // Who has the file is told by which tag it is known, and no more: RFC 9110 §15.4.5.
            exchange.response.dropBody()
            exchange.response.isSet = true
            exchange.response.status = 304
        } else {
            describe(exchange, mediaType: file.mediaType, modified: modified)
        }
        exchange.addField("ETag")
        if outcome == 304 { return }
        let length = file.size
        let descriptor = file.relinquish()
        exchange.response.setFile(descriptor: descriptor, length: length)
    }

    private func evaluate(_ exchange: Exchange, _ modified: Int64, _ now: Int64) -> Int {
        let octets = exchange.octets(Place(offset: 0, count: UInt32(exchange.head.count)))
        let etag = unsafe Span(_unsafeElements: exchange.notes.unsafeOctets)
        return Conditions.evaluate(exchange.head, octets, etag: etag, modified: modified, now: now)
    }

    /// The tag stays in the exchange's notes.
    private func describe(_ exchange: Exchange, mediaType: StaticString, modified: Int64) {
        let tagCount = exchange.notes.count
        HTTPDate.append(modified, to: &exchange.notes)
        exchange.addField("Content-Type", mediaType)
        exchange.addField("Last-Modified", from: tagCount)
        exchange.notes.truncate(to: tagCount)
    }
}
