"""What these tests share: the C host and the library that counts, built aside, and programs that run under a watch."""
import contextlib
import mmap
import os
import pathlib
import struct
import subprocess
import sys
import tempfile

TESTS = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TESTS / "Wire"))
from support import clean_environment  # noqa: E402
