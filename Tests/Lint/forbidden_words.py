"""Words that shipped code must not hold, each with its reason."""
import re

LEFTOVER = "a leftover: do it, or open an issue"
HOST = "the library lives in somebody else's process"
FORBIDDEN = [
    (("CCore", "Sources"), "*.[ch]", r"\b(TODO|FIXME|XXX|HACK)\b", LEFTOVER),
    (("Sources",), "*.swift", r"\b(TODO|FIXME|XXX|HACK)\b", LEFTOVER),
    (("Sources",), "*.swift", r"\b(fatalError|preconditionFailure)\(|\btry!|\bas!", "a trap ends the server: throw"),
    (("CCore/src",), "*.[ch]", r"(?<![.>\w])(printf|fprintf|puts|perror|abort|exit|assert|signal|sigaction)\(", HOST),
    (("CCore/src",), "*.[ch]", r"\b(strcpy|strcat|sprintf|vsprintf|gets|strtok|alloca)\(", "has no bound"),
    (("CCore/src",), "*.[ch]", r"^\s+static (?!const\b|inline\b|_Thread_local const\b)[^()]*(=|;)", "a mutable global"),
]


def check(root):
    problems = []
    for tops, pattern, words, reason in FORBIDDEN:
        for path in sorted(path for top in tops for path in (root / top).rglob(pattern)):
            for row, line in enumerate(path.read_text().splitlines(), 1):
                found = re.search(words, line)
                if found and not re.match(r"\s*(//|/?\*)", line):
                    problems.append(f"{path.relative_to(root).as_posix()}:{row}: {found[0].strip()} ({reason})")
    return problems
