"""A WSGI application without a framework."""
GREETING = b"Hello, World!"
FIELDS = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(GREETING)))]


def app(environ, start_response):
    if environ["PATH_INFO"] != "/hello":
        start_response("404 Not Found", [("Content-Length", "0")])
        return []
    start_response("200 OK", FIELDS)
    return [GREETING]
