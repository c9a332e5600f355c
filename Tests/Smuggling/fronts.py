"""Real front ends as child processes: nginx, HAProxy and Apache httpd, each as it comes and as lax as it can be made.

All keep their connections to the origin and use them again, and give each request that they pass on a number of its
own in X-Front-Id."""
import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time

START_SECONDS = 10
START_ATTEMPTS = 4
STOP_SECONDS = 5
# Where Debian and Homebrew put daemons.
PLACES = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin", "/opt/homebrew/sbin"])

NGINX = """
daemon off;
master_process off;
pid {folder}/pid;
error_log {folder}/log info;
events {{ worker_connections 256; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  client_header_timeout 2s;
  client_body_timeout 2s;
  {http}
  upstream origin {{ server 127.0.0.1:{origin}; keepalive 4; }}
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://origin;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $http_host;
      proxy_set_header X-Front-Id $request_id;
      proxy_read_timeout 3s;
      proxy_next_upstream off;
      proxy_ignore_client_abort on;
      {location}
    }}
  }}
}}
"""

HAPROXY = """
global
  nbthread 1
defaults
  mode http
  timeout connect 3s
  timeout client 2s
  timeout http-request 2s
  timeout http-keep-alive 2s
  timeout server 3s
  retries 0
  http-reuse always
  unique-id-format %pid-%rt-%Ts
frontend front
  bind 127.0.0.1:{port}
  http-request set-header X-Front-Id %[unique-id]
  {frontend}
  default_backend origin
backend origin
  server origin 127.0.0.1:{origin}
"""

APACHE = """
ServerRoot {folder}
ServerName localhost
PidFile {folder}/pid
ErrorLog {folder}/log
DefaultRuntimeDir {folder}
Listen 127.0.0.1:{port}
{modules}
{user}
ServerLimit 1
StartServers 1
ThreadsPerChild 16
MaxRequestWorkers 16
Timeout 3
KeepAliveTimeout 2
RequestReadTimeout header=2 body=2
HttpProtocolOptions {options}
ProxyPreserveHost On
ProxyTimeout 3
RequestHeader set X-Front-Id "%{{UNIQUE_ID}}e"
ProxyPass / http://127.0.0.1:{origin}/ keepalive=On enablereuse=On
{server}
"""
APACHE_MODULES = ["mpm_event", "authz_core", "env", "headers", "unique_id", "reqtimeout", "proxy", "proxy_http"]
APACHE_PLACES = ["/usr/lib/apache2/modules", "/usr/lib/httpd/modules", "/usr/local/libexec/apache24",
                 "/opt/homebrew/lib/httpd/modules"]


def nginx(folder, port, origin, http="", location=""):
    (folder / "conf").write_text(NGINX.format(folder=folder, port=port, origin=origin, http=http, location=location))
    return ["nginx"], ["-p", str(folder), "-e", f"{folder}/log", "-c", f"{folder}/conf"]


def haproxy(folder, port, origin, frontend=""):
    (folder / "conf").write_text(HAPROXY.format(folder=folder, port=port, origin=origin, frontend=frontend))
    return ["haproxy"], ["-db", "-f", f"{folder}/conf"]


def apache(folder, port, origin, options="Strict", server=""):
    modules = next(pathlib.Path(place) for place in APACHE_PLACES if pathlib.Path(place).is_dir())
    lines = [f"LoadModule {name}_module {modules}/mod_{name}.so" for name in APACHE_MODULES]
    # Started by root it wants somebody else to be.
    nobody = f"User nobody\nGroup #{pwd.getpwnam('nobody').pw_gid}"
    user = nobody if os.geteuid() == 0 else ""
    (folder / "conf").write_text(APACHE.format(folder=folder, port=port, origin=origin, options=options, server=server,
                                               modules="\n".join(lines), user=user))
    return ["apache2", "httpd"], ["-X", "-f", f"{folder}/conf"]


NGINX_LAX = {"http": "ignore_invalid_headers off; underscores_in_headers on; merge_slashes off;",
             "location": "proxy_request_buffering off;"}
FRONTS = {
    "nginx": (nginx, {}),
    "nginx, lax and unbuffered": (nginx, NGINX_LAX),
    "HAProxy": (haproxy, {}),
    "HAProxy, lax": (haproxy, {"frontend": "option accept-invalid-http-request"}),
    "Apache httpd": (apache, {}),
    "Apache httpd, lax": (apache, {"options": "Unsafe", "server": "AllowEncodedSlashes NoDecode\nMergeSlashes Off"}),
}


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


class Front:
    """A front before the origin on port `origin`, from its readiness to its end."""

    def __init__(self, name, origin):
        self.name, self.origin = name, origin
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="martlet-front-"))
        for _ in range(START_ATTEMPTS):  # somebody else may take the port first
            self.port = free_port()
            self.start()
            if self.await_readiness():
                return
            self.stop()
        said = self.said()
        self.end()
        raise AssertionError(f"{name} does not start: {said}")

    def start(self):
        configure, options = FRONTS[self.name]
        programs, arguments = configure(self.folder, self.port, self.origin, **options)
        program = next(filter(None, (shutil.which(each, path=PLACES) for each in programs)), programs[0])
        with open(self.folder / "said", "wb") as said:
            self.process = subprocess.Popen([program, *arguments], stdin=subprocess.DEVNULL, stdout=said, stderr=said,
                                            start_new_session=True)

    def await_readiness(self):
        deadline = time.monotonic() + START_SECONDS
        while self.process.poll() is None and time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return True
            except OSError:
                time.sleep(0.02)
        return False

    def said(self):
        return "\n".join(path.read_text(errors="replace")[-2000:] for path in
                         (self.folder / "said", self.folder / "log") if path.exists())

    def stop(self):
        """Its whole session, which is its own, ends with it."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def end(self):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
