"""The C handler's answer, from Python, by the server as the C library has it: hello_server.py PORT."""
import sys

import martlet


def answer_hello(request, response):
    response.set("Content-Type", "text/plain; charset=utf-8")
    response.body(b"Hello, World!")


server = martlet.Server(reactors=1)
server.route("GET", "/hello", answer_hello)
server.listen_tcp("127.0.0.1", int(sys.argv[1]))
server.run()
