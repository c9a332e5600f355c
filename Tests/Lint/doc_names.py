"""What the C library's pages call by name is there: each mt_ and MT_ word of them stands in a public header."""
import re

PAGES = ("README.md", "CCore/README.md", "CCore/docs/*.md")
NAME = re.compile(r"(?<![\w/.-])(?:mt_(?!_)|MT_)\w+")


def check(root):
    headers = "".join(path.read_text() for path in (root / "CCore/include").rglob("*.h"))
    known = set(NAME.findall(headers))
    problems = []
    for path in sorted(page for pattern in PAGES for page in root.glob(pattern)):
        for row, line in enumerate(path.read_text().splitlines(), 1):
            problems += [f"{path.relative_to(root).as_posix()}:{row}: no header has {name}"
                         for name in NAME.findall(line) if name.rstrip("_") not in known and not name.endswith("_")]
    return problems
