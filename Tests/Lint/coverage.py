#!/usr/bin/env python3
"""How many lines of the C library its tests run: coverage.py FOLDER, where they were built with clang's coverage.

Prints a table per folder of CCore/src, then what files below the floor leave out, and fails where a folder is below.
A line that is compiled more than once (a header, an engine per vector kind) counts once, as run when one copy ran."""
import collections
import os
import pathlib
import re
import subprocess
import sys

SOURCES = pathlib.Path("CCore/src").resolve()
FLOOR = 90


def tool(name):
    """The one that belongs to the clang in use: the format of profiles changes from version to version."""
    return subprocess.check_output(["clang", f"-print-prog-name={name}"], text=True).strip()


def run(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        sys.exit(f"coverage: {os.path.basename(command[0])} {command[1]}: {done.stderr.strip()}")
    return done.stdout


def read_runs(lcov):
    """For each file below CCore/src, how often each of its lines ran."""
    files = {}
    for record in re.findall(r"^SF:(.*?)^end_of_record$", lcov, re.M | re.S):
        path = pathlib.Path(record.split("\n", 1)[0]).resolve()
        if SOURCES in path.parents:
            lines = re.findall(r"^DA:(\d+),(\d+)", record, re.M)
            files[path.relative_to(SOURCES)] = {int(line): int(count) for line, count in lines}
    return files


def percent(runs):
    return 100 * sum(count > 0 for count in runs) / len(runs)


def say_row(name, runs):
    print(f"{name:12} {len(runs):6} {sum(count > 0 for count in runs):6} {percent(runs):6.1f} %")


def say_folders(files):
    """The table; returns the folders below the floor."""
    folders = collections.defaultdict(list)
    for path, lines in files.items():
        folders[path.parts[0]] += lines.values()
    print(f"{'folder':12} {'lines':>6} {'run':>6}")
    for name, runs in sorted(folders.items()):
        say_row(name, runs)
    say_row("all", [count for runs in folders.values() for count in runs])
    return [name for name, runs in sorted(folders.items()) if percent(runs) < FLOOR]


def spans(numbers):
    """3, 4, 5, 9 as 3-5, 9."""
    ends = []
    for number in numbers:
        if ends and ends[-1][1] == number - 1:
            ends[-1][1] = number
        else:
            ends.append([number, number])
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in ends)


def say_thin_files(files):
    for path, lines in sorted(files.items()):
        if lines and percent(lines.values()) < FLOOR:
            left_out = spans(line for line, count in sorted(lines.items()) if count == 0)
            print(f"{path}: {percent(lines.values()):.1f} %, without {left_out}")


def read_profiles(folder):
    """Makes one of the profiles that the programs left, and the report that people read; returns the one for us."""
    profiles = sorted(map(str, folder.glob("profiles/*")))
    run(tool("llvm-profdata"), "merge", "-sparse", "-o", f"{folder}/profile", *profiles)
    library = str(next(folder.glob("libmartlet.[ds]*")))
    inputs = [library, f"-instr-profile={folder}/profile"]
    run(tool("llvm-cov"), "show", "-format=html", f"-output-dir={folder}/html", *inputs)
    return run(tool("llvm-cov"), "export", "-format=lcov", *inputs)


def main(folder):
    files = read_runs(read_profiles(folder))
    thin_folders = say_folders(files)
    say_thin_files(files)
    print(f"coverage: line by line in {folder}/html/index.html")
    if thin_folders:
        sys.exit(f"coverage: below {FLOOR} % of lines: {', '.join(thin_folders)}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(pathlib.Path(sys.argv[1]))
