"""The layer rule of the Swift modules: who may import whom, and where `unsafe` may stand."""
import re

# Our own modules that each may import. Others (Foundation, Logging, …) are free, but for the test library.
ALLOWED = {
    "CLibevent": set(),
    "MartletEngine": set(),
    "MartletCore": {"CCore", "MartletEngine"},
    "MartletPure": {"MartletEngine"},
    "Martlet": {"MartletEngine", "MartletCore", "MartletPure"},
    "MartletTesting": {"Martlet"},
    "Demo": {"Martlet"},
    "Hello": {"Martlet"},
    "martlet": {"Martlet"},
}
OURS = set(ALLOWED) | {"CCore"}
MAY_BE_UNSAFE = {"MartletEngine", "MartletCore", "MartletPure"}
SHIPPED_WITHOUT_TESTING = set(ALLOWED) - {"MartletTesting"}

IMPORT = re.compile(
    r"^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:public|package|internal|fileprivate|private)\s+)?"
    r"import\s+(?:(?:struct|class|enum|protocol|typealias|func|let|var)\s+)?(\w+)", re.M)
COMMENTS_AND_STRINGS = re.compile(r'//[^\n]*|/\*.*?\*/|"""(?:\\.|.)*?"""|"(?:\\.|[^"\\\n])*"', re.S)


def import_problem(module, imported):
    if imported in OURS and imported != module and imported not in ALLOWED[module]:
        return f"{module} imports {imported}"
    if imported in ("Testing", "XCTest") and module in SHIPPED_WITHOUT_TESTING:
        return f"{module} imports the test library {imported}"
    return None


def check(root):
    problems = []
    for path in sorted((root / "Sources").rglob("*.swift")):
        name = path.relative_to(root).as_posix()
        module = name.split("/")[1]
        if module not in ALLOWED:
            problems.append(f"{name}: {module} is not in the table of modules")
            continue
        code = COMMENTS_AND_STRINGS.sub('""', path.read_text())
        problems += [f"{name}: {p}" for p in (import_problem(module, i) for i in IMPORT.findall(code)) if p]
        if module not in MAY_BE_UNSAFE and re.search(r"\bunsafe\b(?!\()", code):
            problems.append(f"{name}: unsafe code belongs in an engine")
    return problems
