"""Every public C declaration has a doc comment, and every function's says its thread and its version."""
import re

# A doc comment (or none), then a declaration that begins in the first column.
DECLARATION = re.compile(r"(?P<doc>/\*\*(?:(?!\*/).)*\*/\n)?^(?P<line>(?:MT_API|typedef)\b[^\n]*)", re.M | re.S)


def doc_problem(doc, line):
    if doc is None:
        return "has no doc comment"
    if not line.startswith("MT_API"):
        return None
    if "Since:" not in doc:
        return "does not say since when (Since:)"
    if not re.search(r"\b[Tt]hread\b|\b[Aa]s (the )?\w", doc):
        return "does not say on which thread (Thread:)"
    return None


def check(root):
    problems = []
    for path in sorted((root / "CCore/include").rglob("*.h")):
        text = path.read_text()
        for match in DECLARATION.finditer(text):
            problem = doc_problem(match["doc"], match["line"])
            if problem:
                row = text.count("\n", 0, match.start("line")) + 1
                problems.append(f"{path.relative_to(root).as_posix()}:{row}: {match['line'][:60]} {problem}")
    return problems
