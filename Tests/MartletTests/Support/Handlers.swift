import Martlet

/// Says a fixed text.
struct Says: Controller {
    let text: String

    init(_ text: String) { self.text = text }

    func handle(_ request: borrowing Request, _ response: inout Response) { response.send(text) }
}

/// Says a fixed text, after a suspension.
struct SaysLater: AsyncController {
    let text: String

    init(_ text: String) { self.text = text }

    func handle(_ request: borrowing Request, _ response: inout Response) async throws {
        await Task.yield()
        response.send(text)
    }
}

/// An error that is none of HTTP's.
struct Mishap: Error {}
