#!/usr/bin/env python3
"""Ten thousand connections against a C host, whose sanitizer or valgrind then says what was not freed.

leaks.py COMMAND… runs the host by that command; its exit status is the verdict."""
import os
import pathlib
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "Wire"))
from churn import churn  # noqa: E402

CONNECTIONS = 10000
END_SECONDS = 120


def main(command):
    host = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    try:
        port = host.stdout.readline().strip()
        if not port:
            sys.exit(f"leaks: the host did not start, it ended with {host.wait()}")
        began = time.monotonic()
        churn(("127.0.0.1", int(port)), CONNECTIONS)
        host.send_signal(signal.SIGTERM)
        status = host.wait(END_SECONDS)
    finally:
        host.kill()
        host.wait()
    print(f"leaks: {CONNECTIONS} connections in {time.monotonic() - began:.0f} s,",
          f"the host ended with {status}" if status else "nothing was left behind")
    sys.exit(1 if status else 0)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    os.environ.setdefault("ASAN_OPTIONS", "detect_leaks=1")
    main(sys.argv[1:])
