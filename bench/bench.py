#!/usr/bin/env python3
"""Measures Martlet beside other servers: bench.py [--quick] [--write] [--only LOAD…] [--with CONTESTANT…]

`make bench` and `make bench-quick` call it; bench/README.md says what is measured, and how."""
import argparse
import pathlib
import sys
import tempfile
import time

BENCH = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(BENCH / "load"), str(BENCH / "peers")]
import building  # noqa: E402
import tables  # noqa: E402
import wire_requests  # noqa: E402
from contestants import CONTESTANTS  # noqa: E402
from loads import LOADS  # noqa: E402
from measuring import Bench  # noqa: E402


def say(text):
    print(text, flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", nargs="+", metavar="LOAD")
    parser.add_argument("--with", nargs="+", metavar="CONTESTANT", dest="names")
    options = parser.parse_args()
    contestants = [c for c in CONTESTANTS if not options.names or c.name in options.names]
    reasons = building.build_all(["loader", *dict.fromkeys(c.build for c in contestants if c.build)], say)
    with tempfile.TemporaryDirectory(prefix="martlet-bench-") as folder:
        wire_requests.write_all(pathlib.Path(folder))
        with Bench(contestants, pathlib.Path(folder), 600, say=say) as bench:
            bench.absent = {c.name: reasons[c.build] for c in contestants if c.build in reasons}
            for name, why in bench.absent.items():
                say(f"{name}: {why}")
            began = time.monotonic()
            bench.start_all()
            for load in LOADS:
                if options.only and load.name not in options.only:
                    continue
                bench.measure(load)
                labels = {c.name: c.label for c in contestants}
                say(tables.plain(load.title, tables.LOAD_HEADER, tables.load_rows(bench.results[load.name], labels)))
            say(f"{time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
