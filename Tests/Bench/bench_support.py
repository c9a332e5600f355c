"""What these tests share: the bench's own modules, its loader, and samples and reports made by hand."""
import contextlib
import functools
import pathlib
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "bench/load"), str(ROOT / "bench/peers"), str(ROOT / "Tests/Wire")]
import building  # noqa: E402
import places  # noqa: E402
from generators import Sample  # noqa: E402


@functools.cache
def build_loader():
    places.BIN.mkdir(parents=True, exist_ok=True)
    building.loader()


def sample(cpu_us=1.0, answers=1000, seconds=1.0, errors=0, **more):
    return Sample(answers, seconds, errors, {"p50": 10.0, "p99": 20.0}, cpu_ns=int(cpu_us * 1000 * answers), **more)


@contextlib.contextmanager
def files(**contents):
    """A folder with these files, until the block's end."""
    with tempfile.TemporaryDirectory() as folder:
        for name, octets in contents.items():
            pathlib.Path(folder, name).write_bytes(octets)
        yield pathlib.Path(folder)
