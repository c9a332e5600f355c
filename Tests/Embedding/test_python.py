"""The Python package's own tests, file by file, in a virtual environment that holds it as `pip install` leaves it.

Each CCore/bindings/python/tests/test_*.py is a test here."""
import concurrent.futures
import importlib.util
import os
import subprocess
import unittest

from support import ROOT

PACKAGE = ROOT / "CCore" / "bindings" / "python"
FILES = sorted((PACKAGE / "tests").glob("test_*.py"))
FILE_SECONDS = 180
AT_ONCE = 2


def python():
    """The environment's interpreter, made ready first where something changed."""
    described = importlib.util.spec_from_file_location("environment_of_package", PACKAGE / "environment.py")
    maker = importlib.util.module_from_spec(described)
    described.loader.exec_module(maker)
    return str(maker.main([]))


class PythonPackage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        """Starts the files, two at a time; each test waits for its own."""
        cls.python = python()
        pool = concurrent.futures.ThreadPoolExecutor(AT_ONCE)
        cls.done = {path.stem: pool.submit(cls.run_file, path) for path in FILES}
        cls.addClassCleanup(pool.shutdown, cancel_futures=True)

    @classmethod
    def run_file(cls, path):
        return subprocess.run([cls.python, "-X", "faulthandler", "-W", "error::ResourceWarning", "-m", "unittest", path.name],
                              cwd=path.parent, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=FILE_SECONDS)

    def check_file(self, name):
        done = self.done[name].result()
        self.assertEqual(done.returncode, 0, done.stdout)


def add(name):
    setattr(PythonPackage, name, lambda self: self.check_file(name))


for found in FILES:
    add(found.stem)

if __name__ == "__main__":
    unittest.main()
