/// What a browser sees first.
let homePage: StaticString = """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Martlet</title>
    <link rel="icon" href="/static/martlet.svg">
    <style>
      :root { color-scheme: light dark; --ink: light-dark(#1c2333, #e8ebf4); --line: light-dark(#d9deea, #333c52);
              --accent: light-dark(#274690, #93b1ff); }
      body { max-width: 44rem; margin: 12vh auto 6rem; padding: 0 1.5rem; color: var(--ink);
             background: light-dark(#fbfcff, #12161f); font: 17px/1.55 ui-serif, Georgia, serif; }
      h1 { margin: .3rem 0 .2rem; font-size: 2.4rem; letter-spacing: -.02em; }
      dl { display: grid; grid-template-columns: max-content 1fr; margin-top: 2.5rem; }
      dt, dd { margin: 0; padding: .5rem 0; border-top: 1px solid var(--line); }
      dd { padding-left: 2rem; }
      a, code { color: var(--accent); font: .88em ui-monospace, monospace; text-decoration: none; }
      a:hover { text-decoration: underline; }
    </style>
    </head>
    <body>
    <img src="/static/martlet.svg" alt="" width="64" height="48">
    <h1>Martlet</h1>
    <p>An HTTP server whose event loops, parser and buffers are a C library, steered from Swift.
       This is its demo application: each line shows one thing that it can do.</p>
    <dl>
    <dt><a href="/hello">/hello</a></dt><dd>a fixed text</dd>
    <dt><a href="/api/status">/api/status</a></dt><dd>version, uptime, connections and requests, as JSON</dd>
    <dt><a href="/api/health">/api/health</a></dt><dd>what a load balancer asks</dd>
    <dt><a href="/users/42">/users/{id}</a></dt><dd>a parameter of the path</dd>
    <dt><a href="/slow?ms=500">/slow?ms=500</a></dt><dd>a handler that blocks, on a worker thread</dd>
    <dt><a href="/async?ms=500">/async?ms=500</a></dt><dd>a handler that waits without a thread</dd>
    <dt><a href="/events?count=10">/events?count=10</a></dt><dd>server-sent events, one a second</dd>
    <dt><a href="/download?bytes=1048576">/download?bytes=1048576</a></dt><dd>a long body in little memory</dd>
    <dt><a href="/static/hello.txt">/static/hello.txt</a></dt><dd>a file</dd>
    <dt><code>POST /test/body</code></dt><dd>reports the body that it received; PUT does too</dd>
    <dt><code>POST /echo</code></dt><dd>sends the body back while it still arrives</dd>
    <dt><code>POST /upload</code></dt><dd>counts the bytes of a body of any length</dd>
    </dl>
    </body>
    </html>

    """
