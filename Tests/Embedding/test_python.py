"""The Python package's own tests, file by file, in a virtual environment that holds it as `pip install` leaves it.

Each CCore/bindings/python/tests/test_*.py is a test here."""
import importlib.util
import os
import subprocess
import unittest

from support import ROOT

PACKAGE = ROOT / "CCore" / "bindings" / "python"
FILE_SECONDS = 120


def python():
    """The environment's interpreter, made ready first where something changed."""
    described = importlib.util.spec_from_file_location("environment_of_package", PACKAGE / "environment.py")
    maker = importlib.util.module_from_spec(described)
    described.loader.exec_module(maker)
    return str(maker.main([]))


class PythonPackage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.python = python()

    def run_file(self, path):
        done = subprocess.run([self.python, "-X", "faulthandler", "-W", "error::ResourceWarning", "-m", "unittest", path.name],
                              cwd=path.parent, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=FILE_SECONDS)
        self.assertEqual(done.returncode, 0, done.stdout)


def add(path):
    setattr(PythonPackage, path.stem, lambda self: self.run_file(path))


for found in sorted((PACKAGE / "tests").glob("test_*.py")):
    add(found)

if __name__ == "__main__":
    unittest.main()
