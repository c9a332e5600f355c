#!/usr/bin/env python3
"""Compares what the library shows to its callers with what is recorded: abi.py <folder of the library> [--record]

abi-symbols.txt holds the exported names, abi-layout.txt the value of each enumerator, the size of each public
struct, and the offset of each of its fields (on a 64-bit machine)."""
import difflib
import os
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
INCLUDE = HERE.parents[1] / "CCore/include"
STRUCT = re.compile(r"^typedef struct (\w+) \{\n(.*?)^\} \1;", re.M | re.S)
FIELD = re.compile(r"\(\*(\w+)\)|(\w+)(?:\[[^\]]*\])*$")  # a function pointer's name, else the last word
ENUM = re.compile(r"^(?:typedef )?enum[^{;]*\{\n(.*?)^\}", re.M | re.S)
COMMENT = re.compile(r"/\*.*?\*/", re.S)


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def exported_symbols(library):
    rows = run("nm", "-D", "--defined-only", str(library)).splitlines()
    return sorted(row.split()[-1].split("@")[0] for row in rows if " A " not in row)


def declared_symbols():
    text = "".join(COMMENT.sub("", header.read_text()) for header in (INCLUDE / "martlet").glob("*.h"))
    return sorted(re.findall(r"^MT_API [^;(]*?(\w+)\(", text, re.M))


def layout():
    """Asks a compiled program, which is written from the headers."""
    asks = []
    for header in sorted((INCLUDE / "martlet").glob("*.h")):
        text = COMMENT.sub("", header.read_text())
        for body in ENUM.findall(text):
            asks += [f'SAY("%s = %lld", "{name}", (long long){name})' for name in re.findall(r"\b(MT_\w+)", body)]
        for name, body in STRUCT.findall(text):
            asks.append(f'SAY("%s: %zu bytes", "{name}", sizeof({name}))')
            fields = [FIELD.search(part.strip()) for part in body.split(";")[:-1]]
            asks += [f'SAY("%s.%s: at %zu", "{name}", "{field}", offsetof({name}, {field}))'
                     for field in (found[1] or found[2] for found in fields)]
    program = "\n".join(["#include <martlet.h>", "#include <stdio.h>", "#define SAY(...) printf(__VA_ARGS__), puts(\"\");",
                         "int main(void) {", *asks, "}"])
    with tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder, "layout.c")
        source.write_text(program)
        run(os.environ.get("CC", "cc"), f"-I{INCLUDE}", "-o", f"{folder}/layout", str(source))
        return run(f"{folder}/layout").splitlines()


def mutable_globals(archive):
    """What the objects keep in writable sections (relocated constants are not writable once loaded)."""
    rows = run("objdump", "-t", str(archive)).splitlines()
    return [row.split()[-1] for row in rows if re.search(r" O \.(data|bss|tdata|tbss)(?!\.rel\.ro)\S*\t", row)]


def compare(name, found, record):
    golden = HERE / name
    if record:
        golden.write_text("\n".join(found) + "\n")
    recorded = golden.read_text().splitlines()
    return list(difflib.unified_diff(recorded, found, f"{name} (recorded)", "as built", lineterm=""))


def main(folder, record):
    library = pathlib.Path(folder, "libmartlet.so.0")
    if not library.exists():
        print("abi: symbols are compared on ELF systems only")
        return
    symbols = exported_symbols(library)
    problems = [f"exported, but not ours to export: {name}" for name in symbols if not re.match(r"mt_[a-z]", name)]
    problems += [f"declared, but not exported: {name}" for name in sorted(set(declared_symbols()) - set(symbols))]
    problems += [f"mutable global: {name}" for name in mutable_globals(pathlib.Path(folder, "libmartlet.a"))]
    problems += compare("abi-symbols.txt", symbols, record) + compare("abi-layout.txt", layout(), record)
    if problems:
        sys.exit("\n".join(["abi: differs. A wanted change is recorded by: python3 Tests/Lint/abi.py <folder> --record",
                            *problems]))
    print(f"abi: {len(symbols)} symbols and the layout are as recorded")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(sys.argv[1], "--record" in sys.argv[2:])
