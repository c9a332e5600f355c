import HTTPTypes
import Martlet

/// What the server says about itself.
struct StatusController: Controller {
    let control: ServerControl

    private struct Report: Encodable {
        let version: String
        let engine: String
        let uptimeSeconds: Double
        let connections: Connections
        let requests: Requests
    }

    private struct Connections: Encodable {
        let open: Int
        let total: Int
    }

    private struct Requests: Encodable {
        let active: Int
        let total: Int
    }

    func handle(_ request: borrowing Request, _ response: inout Response) throws {
        let now = control.statistics
        let report = Report(
            version: Server.version, engine: Server.engine, uptimeSeconds: now.uptime / .seconds(1),
            connections: Connections(open: now.connectionsOpen, total: now.connectionsTotal),
            requests: Requests(active: now.requestsActive, total: now.requestsTotal))
        response.fields[.cacheControl] = "no-store"
        try response.send(json: report)
    }
}

/// What a load balancer asks.
struct HealthController: Controller {
    func handle(_ request: borrowing Request, _ response: inout Response) {
        response.fields[.cacheControl] = "no-store"
        response.send(static: #"{"status":"ok"}"#, contentType: "application/json")
    }
}
