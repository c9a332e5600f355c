"""The C handler's answer, from Python, as an application has it: hello_app.py PORT."""
import sys

import martlet

app = martlet.App()


@app.get("/hello")
def answer_hello(request):
    return "Hello, World!"


app.run(port=int(sys.argv[1]))
