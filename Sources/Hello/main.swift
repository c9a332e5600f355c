import Martlet

struct Hello: Controller {
    func handle(_ request: borrowing Request, _ response: inout Response) {
        response.send("Hello, World!")
    }
}

var server = Server(.init(port: 8080, workers: 10))
server.get("/hello", Hello())
server.get("/users/{id}") { request, response in response.send("user \(request.parameters["id"])") }
try await server.runUntilSignal()
