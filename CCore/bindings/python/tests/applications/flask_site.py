"""A Flask application with something of everything that its users do."""
import hashlib
import io
import pathlib
import time

from flask import Flask, Response, abort, g, jsonify, redirect, request, send_file, session, stream_with_context, url_for

app = Flask(__name__)
app.secret_key = "for tests"
torn_down = []


@app.before_request
def note_start():
    g.user = request.headers.get("X-User", "nobody")


@app.after_request
def sign(response):
    response.headers["X-Signed"] = g.user
    return response


@app.teardown_request
def note_end(exception):
    torn_down.append(type(exception).__name__)


@app.get("/")
def index():
    return "Hello, World!"


@app.get("/users/<name>")
def user(name):
    return f"user {name}"


@app.get("/there")
def there():
    return redirect(url_for("user", name="you", _external=True))


@app.post("/json")
def echo_json():
    return jsonify(got=request.get_json(), kind=request.mimetype)


@app.route("/form", methods=["GET", "POST"])
def form():
    return jsonify(form=request.form.to_dict(flat=False), query=request.args.to_dict(flat=False))


@app.post("/files")
def take_files():
    file = request.files["file"]
    return jsonify(name=file.filename, note=request.form["note"], sum=hashlib.sha256(file.read()).hexdigest())


@app.post("/raw")
def take_raw():
    sums, size = hashlib.sha256(), 0
    while piece := request.stream.read(65536):
        sums.update(piece)
        size += len(piece)
    return jsonify(size=size, sum=sums.hexdigest())


@app.get("/stream")
def stream():
    def lines():
        for index in range(5):
            yield f"{request.args['word']} {index}\n"
            time.sleep(0.001)
    return Response(stream_with_context(lines()), mimetype="text/plain")


@app.get("/file")
def file():
    return send_file(pathlib.Path(__file__), mimetype="text/x-python", conditional=True, etag=True)


@app.get("/memory")
def memory():
    return send_file(io.BytesIO(b"m" * 100_000), mimetype="application/octet-stream")


@app.get("/count")
def count():
    session["count"] = session.get("count", 0) + 1
    return str(session["count"])


@app.get("/fail")
def fail():
    raise RuntimeError("planted")


@app.get("/late")
def late():
    def pieces():
        yield "begun "
        raise RuntimeError("planted late")
    return Response(pieces())


@app.get("/teapot")
def teapot():
    abort(418)


@app.errorhandler(418)
def short_and_stout(error):
    return {"error": error.name}, 418


@app.get("/teardowns")
def teardowns():
    return jsonify(torn_down)
