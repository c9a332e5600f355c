#!/usr/bin/env python3
"""Makes the virtual environment that the tests and the benchmarks use, and prints its interpreter.

environment.py [FOLDER]: the environment is FOLDER, by default .build-python/venv at the repository's root. It holds the
package as `pip install` leaves it and what tests/requirements.txt names; each is installed again when its sources changed."""
import fcntl
import hashlib
import pathlib
import subprocess
import sys
import venv

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
SOURCES = [(HERE, "*.toml"), (HERE, "setup.*"), (HERE, "README.md"), (HERE / "martlet", "*.py"),
           (HERE / "native", "*.*"), (ROOT / "CCore" / "src", "**/*.[ch]"), (ROOT / "CCore" / "include", "**/*.h")]


def digest(paths):
    sums = hashlib.sha256()
    for path in sorted(paths):
        sums.update(path.read_bytes())
    return sums.hexdigest()


def pip(folder, *words):
    done = subprocess.run([folder / "bin" / "python", "-m", "pip", "--disable-pip-version-check", "install", "-q", *words],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        sys.exit(f"environment: pip install {' '.join(map(str, words))} ended with {done.returncode}:\n{done.stdout}")


def install_if_changed(folder, name, paths, *words):
    stamp, now = folder / f"{name}.sha256", digest(paths)
    if not stamp.exists() or stamp.read_text() != now:
        pip(folder, *words)
        stamp.write_text(now)


def prepare(folder):
    requirements = HERE / "tests" / "requirements.txt"
    if not (folder / "bin" / "python").exists():
        venv.create(folder, with_pip=True)
    install_if_changed(folder, "requirements", [requirements], "-r", requirements)
    sources = [path for top, pattern in SOURCES for path in top.glob(pattern) if path.is_file()]
    install_if_changed(folder, "package", sources, "--no-build-isolation", "--no-deps", "--force-reinstall", HERE)
    return folder / "bin" / "python"


def main(arguments):
    built = ROOT / ".build-python"
    built.mkdir(exist_ok=True)
    folder = pathlib.Path(arguments[0]).resolve() if arguments else built / "venv"
    with open(built / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return prepare(folder)


if __name__ == "__main__":
    print(main(sys.argv[1:]))
