#!/usr/bin/env python3
"""Whether the C reference has all that callers see: reference.py <doxygen's tag file>. A filter that fails, or a header
that is left out, is no warning of doxygen's."""
import pathlib
import re
import sys

RECORDED = pathlib.Path(__file__).resolve().parent / "abi.txt"


def main(tags):
    described = set(re.findall(r"<name>(\w+)</name>", pathlib.Path(tags).read_text()))
    wanted = {re.split(r"[ .]", line.partition(":")[0])[-1] for line in RECORDED.read_text().splitlines()}
    missing = sorted(wanted - described)
    if missing:
        sys.exit("\n".join(f"reference: has nothing of {name}" for name in missing))
    print(f"reference: has all {len(wanted)} names")


if __name__ == "__main__":
    main(sys.argv[1])
