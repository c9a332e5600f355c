"""Builds martlet/_native, with libmartlet inside. The rest of what there is to say is in pyproject.toml."""
import pathlib
import re
import shutil

from setuptools import setup
from setuptools.command.build import build

HERE = pathlib.Path(__file__).resolve().parent
ABI_HEADER = HERE.parents[1] / "include" / "martlet" / "abi.h"


def version():
    numbers = re.findall(r"#define MT_VERSION_\w+ (\d+)", ABI_HEADER.read_text())
    return ".".join(numbers)


class CleanBuild(build):
    """Leaves out what an earlier build made and this one would not."""

    def run(self):
        shutil.rmtree(self.build_lib, ignore_errors=True)
        super().run()


(HERE.parents[2] / ".build-python").mkdir(exist_ok=True)  # where setup.cfg wants what is built
setup(version=version(), cffi_modules=["native/build.py:ffi"], cmdclass={"build": CleanBuild})
