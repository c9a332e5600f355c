from flask import Flask, Response

app = Flask(__name__)


@app.get("/hello")
def hello():
    return Response("Hello, World!", mimetype="text/plain")
