#!/usr/bin/env python3
"""Compares what the library shows to its callers with abi.txt, and says what a change means for them.

abi.py <folder of the library> [--record] [--headers <folder>] [--recorded <file>]"""
import argparse
import pathlib
import re
import subprocess
import sys

import abi_surface
import abi_verdict

HERE = pathlib.Path(__file__).resolve().parent
CORE = HERE.parents[1] / "CCore"


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def exported(library):
    rows = run("nm", "-D", "--defined-only", str(library)).splitlines()
    return {row.split()[-1].split("@")[0] for row in rows if " A " not in row}


def mutable_globals(archive):
    """What the objects keep in writable sections (relocated constants are not writable once loaded)."""
    rows = run("objdump", "-t", str(archive)).splitlines()
    return [row.split()[-1] for row in rows if re.search(r" O \.(data|bss|tdata|tbss)(?!\.rel\.ro)\S*\t", row)]


def faults(folder, surface):
    """What no library of ours may show, recorded or not. Looked for on ELF systems only."""
    if sys.platform == "darwin":
        return []
    shown = exported(folder / soname())
    declared = {line.split()[1] for line in surface if line.startswith("function ")}
    return [*(f"exported, but not ours to export: {name}" for name in sorted(shown) if not re.match(r"mt_[a-z]", name)),
            *(f"exported, but not declared: {name}" for name in sorted(shown - declared)),
            *(f"declared, but not exported: {name}" for name in sorted(declared - shown)),
            *(f"mutable global: {name}" for name in mutable_globals(folder / "libmartlet.a"))]


def soname():
    return re.search(r"^SHARED := (\S+\.so\.\d+)$", (CORE / "Makefile").read_text(), re.M)[1]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("library", type=pathlib.Path, help="the folder of the built library")
    parser.add_argument("--record", action="store_true", help="note what is found as what is wanted")
    parser.add_argument("--headers", type=pathlib.Path, default=CORE / "include")
    parser.add_argument("--recorded", type=pathlib.Path, default=HERE / "abi.txt")
    return parser.parse_args()


def main():
    asked = arguments()
    surface = abi_surface.read(asked.headers)
    recorded = dict(line.split(": ", 1) for line in asked.recorded.read_text().splitlines())
    verdicts = abi_verdict.Judge(recorded, surface).verdicts
    problems = faults(asked.library, surface)
    for line in [*problems, *(sentence for _, sentence in verdicts)]:
        print(line)
    if verdicts:
        print(abi_verdict.conclusion(verdicts, soname()))
    if asked.record:
        asked.recorded.write_text("".join(f"{line}: {value}\n" for line, value in surface.items()))
    elif verdicts:
        print(f"A wanted change is recorded by: python3 Tests/Lint/abi.py {asked.library} --record")
    if problems or (verdicts and not asked.record):
        sys.exit("abi: differs from what is recorded")
    print(f"abi: {'recorded' if asked.record else 'as recorded'}, {len(surface)} lines")


if __name__ == "__main__":
    main()
