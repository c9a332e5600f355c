"""The servers that the cases are played to: each with the same few resources, on a loopback port of its own."""
import os
import pathlib
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Wire"))
from support import Demo, demo_path  # noqa: E402
from wire import Wire, request  # noqa: E402

from case import FILE, FILE_BODY, HELLO

START_SECONDS = 10
FILE_TIME = 784111777  # Sun, 06 Nov 1994 08:49:37 GMT


def fill_site(folder):
    """The files that all of them serve below /static."""
    site = pathlib.Path(folder, "site")
    static = site / "static"
    (static / "folder").mkdir(parents=True)
    (site / "hello").write_bytes(HELLO)
    (static / "hello.txt").write_bytes(FILE_BODY)
    (static / "empty.txt").write_bytes(b"")
    (static / "folder" / "index.html").write_bytes(b"<p>A folder.</p>\n")
    (static / "future.txt").write_bytes(b"From tomorrow.\n")
    os.utime(static / "hello.txt", (FILE_TIME, FILE_TIME))
    os.utime(static / "future.txt", (time.time() + 86400,) * 2)
    return site


class Server:
    """`offers` names what cases may need; `seconds` is how long it may be silent before that counts."""
    name = ""
    offers = ()
    seconds = 2
    address = None

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="martlet-conformance-")
        os.chmod(self.folder, 0o755)
        try:
            self.start(fill_site(self.folder))
            with Wire(self.address) as wire:
                self.etag = (wire.ask(request(FILE.decode()))["etag"] or '"none"').encode()
        except BaseException:
            self.end()
            raise

    @classmethod
    def version(cls):
        said = subprocess.run(cls.version_command(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=START_SECONDS, check=True).stdout
        return f"{cls.name} {re.search(r'[0-9]+([.][0-9]+)+', said)[0]}"

    def fill_in(self, octets):
        """Puts the file's entity tag where a case speaks of it."""
        return octets.replace(b"<etag>", self.etag)

    def end(self):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


class Martlet(Server):
    name = "Martlet"
    offers = ("body", "echo", "handlers", "no HTTP/2")
    seconds = 10
    demo = None

    @staticmethod
    def version_command():
        return [demo_path(), "--version"]

    def start(self, site):
        self.demo = Demo("--reactors", "2", "--static", str(site / "static"))
        self.address = self.demo.address

    def stop(self):
        if not self.demo:
            return
        status, said = self.demo.end()
        if status != 0:
            raise AssertionError(f"the demo ended with {status}: {said}")


class Program(Server):
    """A server from the distribution, in the foreground and with a configuration of ours."""
    process = None

    @classmethod
    def version_command(cls):
        return [cls.command[0], "-v"]

    def start(self, site):
        self.address = ("127.0.0.1", free_port())
        path = pathlib.Path(self.folder, "configuration")
        path.write_text(self.configuration.format(folder=self.folder, site=site, port=self.address[1],
                                                  user=pwd.getpwuid(os.getuid()).pw_name))
        with open(f"{self.folder}/said", "wb") as said:
            self.process = subprocess.Popen([*self.command, str(path)], stdin=subprocess.DEVNULL, stdout=said,
                                            stderr=said)
        self.await_listening()

    def await_listening(self):
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                socket.create_connection(self.address, 1).close()
                return
            except OSError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    said = pathlib.Path(self.folder, "said").read_text(errors="replace")
                    raise AssertionError(f"{self.name} does not listen: {said}") from None
                time.sleep(0.02)

    def stop(self):
        if not self.process or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as made:
        return made.getsockname()[1]


class Nginx(Program):
    """nginx reads a body only for somebody: its route for bodies hands them to nginx itself, which says how long they
    were. Files answer to If-Modified-Since as RFC 9110 has it, not as nginx would by itself."""
    name = "nginx"
    offers = ("body", "no HTTP/2")
    command = ("nginx", "-c")
    configuration = """
daemon off;
user {user};
worker_processes 2;
pid {folder}/pid;
error_log {folder}/errors crit;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  types {{ text/plain txt; text/html html; }}
  default_type text/plain;
  if_modified_since before;
  keepalive_requests 100000;
  map $content_length $bytes {{ "" 0; default $content_length; }}
  server {{
    listen unix:{folder}/self;
    default_type application/json;
    location / {{ return 200 '{{"bytes":$bytes}}'; }}
  }}
  server {{
    listen 127.0.0.1:{port};
    root {site};
    location = /hello {{ }}
    location ~ ^/users/(?<id>[^/]*)$ {{ return 200 "User $id\\n"; }}
    location = /test/body {{ proxy_pass http://unix:{folder}/self; proxy_ignore_client_abort on; }}
    location /static/ {{ index index.html; }}
  }}
}}
"""


class H2o(Program):
    """h2o's small application is Ruby inside of it."""
    name = "h2o"
    offers = ("body", "echo")
    command = ("h2o", "--mode", "worker", "--conf")
    configuration = """
listen: {{ host: 127.0.0.1, port: {port} }}
user: {user}
num-threads: 2
limit-request-body: 1048576
error-log: {folder}/errors
file.mime.setdefaulttype: text/plain
hosts:
  default:
    paths:
      /hello: {{ file.file: {site}/hello }}
      /static: {{ file.dir: {site}/static }}
      /users:
        mruby.handler: |
          Proc.new do |env|
            [200, {{"content-type" => "text/plain"}}, ["User #{{env["PATH_INFO"].sub("/", "")}}\\n"]]
          end
      /test/body:
        mruby.handler: |
          Proc.new do |env|
            body = env["rack.input"] ? env["rack.input"].read.to_s : ""
            [200, {{"content-type" => "application/json"}}, ["{{\\"bytes\\":#{{body.size}}}}"]]
          end
      /echo:
        mruby.handler: |
          Proc.new do |env|
            body = env["rack.input"] ? env["rack.input"].read.to_s : ""
            [200, {{"content-type" => "text/plain"}}, [body]]
          end
"""


PEERS = {kind.name: kind for kind in (Nginx, H2o)}
