"""The tour in Rust."""
import unittest

import test_rust
from tour import TourTests


class RustTour(TourTests, unittest.TestCase):
    @classmethod
    def command(cls):
        return [test_rust.example("tour")]


if __name__ == "__main__":
    unittest.main()
