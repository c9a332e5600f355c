"""The tour in C++, as its reader builds it with both compilers, and watched by sanitizers."""
import shutil
import unittest

from builds import SANITIZED, STRICT, STRICT_CLANG, command
from tour import TourTests


class CppTour(TourTests, unittest.TestCase):
    @classmethod
    def command(cls):
        return command("cpp", STRICT, "tour")


class SanitizedCppTour(TourTests, unittest.TestCase):
    environment = SANITIZED.environment

    @classmethod
    def command(cls):
        return command("cpp", SANITIZED, "tour")


@unittest.skipUnless(shutil.which("clang++"), "there is no clang++")
class ClangCppTour(TourTests, unittest.TestCase):
    @classmethod
    def command(cls):
        return command("cpp", STRICT_CLANG, "tour")


if __name__ == "__main__":
    unittest.main()
