#!/usr/bin/env python3
"""The checks that read sources. Each is tried with planted faults too, so that one that went blind is seen."""
import pathlib
import shutil
import sys
import tempfile

import doc_names
import forbidden_words
import import_graph
import include_graph
import public_docs
import readme

ROOT = pathlib.Path(__file__).resolve().parents[2]
CHECKS = (include_graph, import_graph, public_docs, doc_names, forbidden_words, readme)

# The check that must object · the file with the fault · its text, or in a file that is there, what becomes what.
PLANTED = [
    (include_graph, "CCore/src/base/planted.c", '#include "../memory/planted.h"'),
    (include_graph, "CCore/src/http/planted.c", '#include "../reactor/planted.h"'),
    (include_graph, "CCore/src/codec/h1/planted.c", '#include "../../connection/planted.h"'),
    (include_graph, "CCore/src/codec/h1/planted.c", '#include "base/planted.h"'),
    (include_graph, "CCore/src/reactor/planted.c", "#include <event2/event.h>"),
    (include_graph, "CCore/src/memory/planted.h", '#include "planted.h"'),
    (include_graph, "CCore/src/planted.c", "int planted;"),
    (include_graph, "CCore/src/elsewhere/planted.c", "int planted;"),
    (include_graph, "CCore/include/martlet/planted.h", '#include "../../src/base/planted.h"'),
    (import_graph, "Sources/Martlet/Planted.swift", "import CCore"),
    (import_graph, "Sources/Martlet/Planted.swift", "public import MartletTesting"),
    (import_graph, "Sources/Martlet/Planted.swift", "import Testing"),
    (import_graph, "Sources/Martlet/Planted.swift", "let planted = unsafe pointer.pointee"),
    (import_graph, "Sources/MartletPure/Planted.swift", "@_implementationOnly import CCore"),
    (import_graph, "Sources/MartletPure/Planted.swift", "import MartletCore"),
    (import_graph, "Sources/MartletCore/Planted.swift", "import Martlet"),
    (import_graph, "Sources/Demo/Planted.swift", "import struct MartletCore.Planted"),
    (import_graph, "Sources/Elsewhere/Planted.swift", "import Martlet"),
    (public_docs, "CCore/include/martlet/planted.h", "MT_API int mt_planted(void);"),
    (public_docs, "CCore/include/martlet/planted.h", "/** Thread: a. Errors: a. */\nMT_API int mt_planted(void);"),
    (public_docs, "CCore/include/martlet/planted.h", "/** Thread: a. Since: a. */\nMT_API int mt_planted(void);"),
    (public_docs, "CCore/include/martlet/planted.h", "/** Errors: a. Since: a. */\nMT_API int mt_planted(void);"),
    (public_docs, "CCore/include/martlet/planted.h", "/** Since: 0.1. */\ntypedef void (*mt_planted_fn)(void);"),
    (public_docs, "CCore/include/martlet/planted.h", "/** One. */\ntypedef struct mt_planted mt_planted;"),
    (public_docs, "CCore/include/martlet/planted.h", "/** Since: 0.1. */\n\ntypedef struct mt_planted mt_planted;"),
    (public_docs, "CCore/include/martlet/log.h", ("MT_LOG_ERROR = 3,", "MT_LOG_ERROR = 3,\n  MT_PLANTED = 4,")),
    (public_docs, "CCore/include/martlet/slice.h", ("  size_t size;", "  size_t size;\n  size_t planted;")),
    (doc_names, "CCore/docs/threads.md", ("mt_server_drain stops", "mt_planted stops")),
    (forbidden_words, "CCore/src/base/planted.c", "int planted; // TO" + "DO"),
    (forbidden_words, "CCore/src/base/planted.c", "void planted(void) { abort(); }"),
    (forbidden_words, "CCore/src/base/planted.c", "int planted(void) {\n  static int count = 0;"),
    (forbidden_words, "Sources/Martlet/Planted.swift", 'func planted() { fatalError("no") }'),
    (readme, "README.md", ("| `backlog` |", "| `planted` |")),
    (readme, "README.md", ("| `backlog` | `backlog` |", "| `backlog` | `planted` |")),
    (readme, "README.md", ("| 4096 |", "| planted |")),
    (readme, "README.md", ('request.parameters["id"]', 'request.parameters["planted"]')),
    (readme, "CCore/include/martlet/config.h", ("  uint32_t backlog;", "  uint32_t planted;")),
    (readme, "CCore/include/martlet/config.h", ("Default 4096.", "Default planted.")),
    (readme, "Sources/Martlet/Configuration/Configuration.swift", ("var backlog", "var planted")),
    (readme, "Sources/Martlet/Configuration/Configuration.swift", ("backlog = 4096", "backlog = planted")),
    (readme, "Sources/Martlet/Configuration/Setting.swift", ('"BACKLOG"', '"PLANTED"')),
]
# What the planted includes find at their other end.
HEADERS = [f"CCore/src/{folder}/planted.h" for folder in ("base", "memory", "reactor", "connection")]


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text + "\n")


def plant(path, fault):
    if isinstance(fault, str):
        return write(path, fault)
    text = path.read_text()
    assert fault[0] in text, f"{path} has no {fault[0]!r}"
    path.write_text(text.replace(*fault))


def notices(check, path, fault):
    """Whether the check objects to the fault, in a copy of the tree, in words that it does not use without it."""
    with tempfile.TemporaryDirectory() as folder:
        copy = pathlib.Path(folder)
        for top in ("CCore", "Sources"):
            shutil.copytree(ROOT / top, copy / top)
        shutil.copy(ROOT / "README.md", copy)
        for header in HEADERS:
            write(copy / header, "#include <stddef.h>")
        before = set(check.check(copy))
        plant(copy / path, fault)
        return any("lanted" in problem.lower() for problem in set(check.check(copy)) - before)


def main():
    problems = [problem for check in CHECKS for problem in check.check(ROOT)]
    for check, path, fault in PLANTED:
        if not notices(check, path, fault):
            problems.append(f"{check.__name__} went blind: it passes {path} with {fault!r}")
    print("\n".join(problems) if problems else f"checks: clean, and {len(PLANTED)} planted faults were noticed")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
