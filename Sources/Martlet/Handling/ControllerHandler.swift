/// Runs a controller for the engine: the whole way between the C call and the application's code.
struct ControllerHandler<Wrapped: Controller>: CoreHandler {
    let controller: Wrapped
    let context: HandlerContext

    func handle(_ request: consuming CoreRequest, _ response: consuming CoreResponse) {
        let request = Request(request)
        var response = Response(response)
        do {
            try controller.handle(request, &response)
            if let failure = response.failure { throw failure }
        } catch {
            context.answer(error, request, &response)
        }
    }
}
