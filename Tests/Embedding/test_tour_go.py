"""The tour in Go."""
import unittest

import test_go
from tour import TourTests


class GoTour(TourTests, unittest.TestCase):
    @classmethod
    def command(cls):
        return [test_go.example("tour")]


if __name__ == "__main__":
    unittest.main()
