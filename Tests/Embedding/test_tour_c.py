"""The tour in C, as its reader builds it, and watched by sanitizers."""
import unittest

from builds import SANITIZED, STRICT, command
from tour import TourTests


class CTour(TourTests, unittest.TestCase):
    @classmethod
    def command(cls):
        return command("c", STRICT, "tour")


class SanitizedCTour(TourTests, unittest.TestCase):
    environment = SANITIZED.environment

    @classmethod
    def command(cls):
        return command("c", SANITIZED, "tour")


if __name__ == "__main__":
    unittest.main()
