"""The virtual environment that the run works in: who is measured, as pip installs it, and Martlet, from this tree."""
import functools
import hashlib
import json
import pathlib
import re
import subprocess
import sys

import building
from places import ROOT

VENV = ROOT / ".build-python-bench"
PYTHON = VENV / "bin/python"
REQUIREMENTS = pathlib.Path(__file__).resolve().parent / "requirements.txt"
MARTLET = ROOT / "CCore/bindings/python/environment.py"  # installs the package, when it or the C library changed
ASK_FOR_VERSIONS = ("import importlib.metadata as known, json; "
                    "print(json.dumps({found.name.lower(): found.version for found in known.distributions()}))")


def complaint(output):
    """The line that says what is wrong, rather than that something is: a compiler's first, else pip's last."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    compilers = [line for line in lines if re.search(r":\d+: (fatal )?error: ", line)]
    others = [line for line in lines if re.match(r"(\w+E|e)rror: ", line) and "exited-with-error" not in line]
    return [*compilers[:1], *others[-1:], *lines[-1:], "nothing was said"][0].replace(f"{ROOT}/", "")[:200]


def run(*command):
    done = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, errors="replace", timeout=building.BUILD_SECONDS)
    if done.returncode != 0:
        raise building.BuildError(complaint(done.stdout))


def install_others():
    """Once for each content of the requirements."""
    mark, now = VENV / "requirements.digest", hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()
    if not mark.exists() or mark.read_text() != now:
        run(PYTHON, "-m", "pip", "install", "--disable-pip-version-check", "--upgrade", "--requirement", REQUIREMENTS)
        mark.write_text(now)


def prepare(say):
    """Whoever is missing is installed. Gives why Martlet's package could not be; None where it is there."""
    say(f"installing Python's servers into {VENV.name}")
    if not PYTHON.exists():
        run(sys.executable, "-m", "venv", VENV)
    versions.cache_clear()
    install_others()
    try:
        run(sys.executable, MARTLET, VENV)
    except (building.BuildError, subprocess.TimeoutExpired) as error:
        return f"does not install: {error}"
    return None


@functools.cache
def versions():
    """Of all that is installed, by name in small letters."""
    return json.loads(building.run(PYTHON, "-c", ASK_FOR_VERSIONS))


def python_version():
    return building.run(PYTHON, "-c", "import platform; print(platform.python_version())").strip()
