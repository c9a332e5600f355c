"""The tour in Python, with the package as `pip install` leaves it."""
import unittest

from test_python import PACKAGE, python
from tour import TourTests


class PythonTour(TourTests, unittest.TestCase):
    @classmethod
    def command(cls):
        return [python(), PACKAGE / "examples" / "tour.py"]


if __name__ == "__main__":
    unittest.main()
