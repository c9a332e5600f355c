"""The package as others get it: a wheel, which needs neither a compiler nor an installed libmartlet."""
import fcntl
import os
import pathlib
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import unittest
import venv
import zipfile

import cffi
import martlet

PACKAGE = pathlib.Path(__file__).resolve().parents[1]
PROGRAM = """
import martlet, threading, urllib.request
app = martlet.App()
app.get("/")(lambda request: "from a wheel")
def ask():
    print(martlet.__file__, urllib.request.urlopen(f"http://127.0.0.1:{app.port}/").read().decode())
    app.stop()
app.run(port=0, started=lambda: threading.Thread(target=ask).start())
"""


def run(*command, **options):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          timeout=100, **options)
    assert done.returncode == 0, f"{command} ended with {done.returncode}:\n{done.stdout}"
    return done.stdout


class Wheel(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        with open(PACKAGE.parents[2] / ".build-python" / "lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            run(sys.executable, "-m", "pip", "wheel", "-q", "--no-build-isolation", "--no-deps", "-w", cls.folder, PACKAGE)
        cls.wheel, = cls.folder.glob("*.whl")

    def test_a_wheel_holds_the_package_its_types_and_the_library(self):
        self.assertIn(martlet.__version__, self.wheel.name)
        names = zipfile.ZipFile(self.wheel).namelist()
        native, = [name for name in names if name.endswith(".so")]
        self.assertTrue({"martlet/py.typed", "martlet/app.py", native} <= set(names), names)
        zipfile.ZipFile(self.wheel).extract(native, self.folder)
        if shutil.which("ldd"):
            needed = run("ldd", self.folder / native)
            self.assertNotIn("libmartlet", needed)
            self.assertNotIn("swift", needed)

    def test_an_environment_without_a_compiler_serves_from_it(self):
        venv.create(self.folder / "bare", symlinks=True)
        python = self.folder / "bare" / "bin" / "python"
        site = run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip()
        zipfile.ZipFile(self.wheel).extractall(site)
        # Its one requirement comes from this environment, not from the network.
        own = pathlib.Path(sysconfig.get_path("platlib"))
        pathlib.Path(site, "cffi").symlink_to(pathlib.Path(cffi.__file__).parent)
        backend, = own.glob("_cffi_backend*")
        pathlib.Path(site, backend.name).symlink_to(backend)
        said = run(python, "-c", PROGRAM, cwd=self.folder, env={"PATH": "/nowhere", "HOME": os.environ.get("HOME", "/")})
        self.assertIn(str(self.folder), said)
        self.assertIn("from a wheel", said)

    def test_the_sources_stay_clean(self):
        made = [path.name for path in PACKAGE.iterdir() if path.name in ("build", "dist") or path.suffix == ".egg-info"]
        self.assertEqual(made, [])
        self.assertEqual(list((PACKAGE / "martlet").glob("*.so")), [])


if __name__ == "__main__":
    unittest.main()
