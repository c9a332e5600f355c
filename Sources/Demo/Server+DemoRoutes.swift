import Martlet

extension Server {
    mutating func addDemoRoutes() {
        get("/") { _, response in
            response.send(static: homePage, contentType: "text/html; charset=utf-8")
        }
        get("/hello") { _, response in response.send(static: "Hello, World!") }
        get("/users/{id}") { request, response in response.send("User \(request.parameters["id"])\n") }
        let status = StatusController(control: control)
        group("/api") { api in
            api.get("/status", status)
            api.get("/health", HealthController())
        }
        addBodyRoutes()
        addWaitingRoutes()
        addStreams()
    }

    private mutating func addBodyRoutes() {
        post("/test/body", BodyController())
        put("/test/body", BodyController())
        post("/echo", body: .stream, maxBodyBytes: .max, EchoController())
        post("/upload", body: .stream, maxBodyBytes: .max, UploadController())
    }

    private mutating func addWaitingRoutes() {
        get("/slow", on: .workers, SlowController())
        get("/async", PatientController())
    }

    private mutating func addStreams() {
        get("/events", EventsController())
        get("/download", DownloadController())
    }
}
