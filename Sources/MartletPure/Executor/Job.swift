/// What a worker runs once. While it is submitted, the executor holds it.
class Job: @unchecked Sendable {
    func run() {}
}
