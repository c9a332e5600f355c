"""Every public C declaration has a doc comment that says since when; every function's says its thread and its errors
too, every callback's its thread. Each is a word that a reader can look for."""
import re

# A doc comment (or none), then a declaration that begins in the first column.
DECLARATION = re.compile(r"(?P<doc>/\*\*(?:(?!\*/).)*\*/\n)?^(?P<line>(?:MT_API|typedef|static inline)\b[^\n]*)",
                         re.M | re.S)
# What a declaration's comment has to say, by how the declaration begins.
WANTED = [(r"MT_API|static inline", ("Thread", "Errors", "Since")), (r"typedef [^{]*\(\*", ("Thread", "Since")),
          (r"typedef", ("Since",))]
MEMBER = re.compile(r"^  (?!/?\*| )[^\n]*[;,]$", re.M)


def doc_problem(doc, line):
    if doc is None:
        return "has no doc comment"
    words = next(words for pattern, words in WANTED if re.match(pattern, line))
    missing = [f"{word}:" for word in words if f"{word}:" not in doc]
    return f"does not say {' '.join(missing)}" if missing else None


def undocumented_members(text):
    """Fields and enumerators that no comment ends right above."""
    for body in re.finditer(r"^typedef (?:struct|enum) \w+ \{\n(.*?)^\}", text, re.M | re.S):
        for member in MEMBER.finditer(body[1]):
            if not body[1][:member.start()].rstrip().endswith("*/"):
                yield text.count("\n", 0, body.start(1) + member.start()) + 1, member[0].strip()


def check(root):
    problems = []
    for path in sorted((root / "CCore/include").rglob("*.h")):
        name, text = path.relative_to(root).as_posix(), path.read_text()
        for match in DECLARATION.finditer(text):
            problem = doc_problem(match["doc"], match["line"])
            if problem:
                row = text.count("\n", 0, match.start("line")) + 1
                problems.append(f"{name}:{row}: {match['line'][:60]} {problem}")
        problems += [f"{name}:{row}: {member} has no doc comment" for row, member in undocumented_members(text)]
    return problems
