"""The README against the tree: its table of settings has what the C header and the Swift type have, with the same names
and defaults, and its Swift program is the one that is compiled and run."""
import itertools
import re

HEADER = "CCore/include/martlet/config.h"
SWIFT = "Sources/Martlet/Configuration"
SNIPPET = "Sources/Hello/main.swift"
# Says which version of the struct it is: no setting.
NO_SETTING = {"struct_size"}
# Set in code alone: what they hold has no form that an environment could give.
NOT_IN_ENVIRONMENT = {"listeners", "logger"}

FIELD = re.compile(r"/\*\*(?P<doc>(?:(?!\*/).)*)\*/\s*[\w *]*?\b(?P<name>\w+);", re.S)
PROPERTY = re.compile(r"^    public var (\w+)(?:: [^=\n]+)? = (.+)$", re.M)
SETTING = re.compile(r'Setting\(\s*"(\w+)", "(\w+)"')
IN_MILLISECONDS = {"milliseconds": 1, "seconds": 1000}


def read_c(root):
    """The fields of mt_server_config, each with the default that its comment states (None: states none)."""
    body = re.search(r"typedef struct mt_server_config \{\n(.*?)^\}", (root / HEADER).read_text(), re.M | re.S)[1]
    fields = {}
    for field in FIELD.finditer(body):
        default = re.search(r"\bDefault[\s*]+([^\s;]+?)[.;]?(?=\s|$)", field["doc"])
        fields[field["name"]] = default and default[1].strip('"')
    return {name: default for name, default in fields.items() if name not in NO_SETTING}


def plain(value):
    """A Swift default as the table writes it: no digit groups, no quotes, times in milliseconds."""
    if time := re.fullmatch(r"Duration\.(\w+)\((\d+)\)", value):
        return str(IN_MILLISECONDS[time[1]] * int(time[2]))
    return re.sub(r"(?<=\d)_(?=\d)", "", value) if value[:1].isdigit() else value.strip('"')


def read_swift(root):
    """The properties of Configuration with their defaults."""
    text = (root / SWIFT / "Configuration.swift").read_text()
    return {name: plain(value) for name, value in PROPERTY.findall(text)}


def read_table(text):
    """The table's two columns of names, each name with the default beside it."""
    section = re.search(r"^## Configuration\n(.*?)^## ", text, re.M | re.S)[1]
    c, swift = {}, {}
    for line in re.findall(r"^\| *(?:`|\|).*\|$", section, re.M):
        c_names, swift_names, defaults, _ = (cell.strip() for cell in line.strip("|").split("|"))
        for column, cell in ((c, c_names), (swift, swift_names)):
            names = re.findall(r"`(\w+)`", cell)
            each = defaults.split(", ") if len(defaults.split(", ")) == len(names) else [defaults] * len(names)
            column.update(zip(names, each))
    return c, swift


def compare(table, code, of, mentioned=""):
    problems = [f"README.md: the table's {name} is none of {of}" for name in table if name not in code]
    for name, default in code.items():
        if name not in table and f"`{name}`" not in mentioned:
            problems.append(f"README.md: the table lacks {name} of {of}")
        elif name in table and default is not None and table[name] != default:
            problems.append(f"README.md: the table's default of {name} is {table[name]}, that of {of} is {default}")
    return problems


def check_names(root, text):
    """A row's two names, and the environment's, are one name in three spellings."""
    problems = []
    variables = dict(SETTING.findall((root / SWIFT / "Setting.swift").read_text()))
    for c, swift in re.findall(r"^\| *`(\w+)` *\| *`(\w+)` *\|", text, re.M):
        camel = re.sub(r"_(\w)", lambda match: match[1].upper(), c.removesuffix("_ms"))
        if swift != camel:
            problems.append(f"README.md: {c} is {camel} in Swift, not {swift}")
        if variables.get(swift) != c.upper():
            problems.append(f"{SWIFT}/Setting.swift: {swift}'s variable is {variables.get(swift)}, not {c.upper()}")
    lacking = set(read_swift(root)) - set(variables) - NOT_IN_ENVIRONMENT
    return problems + [f"{SWIFT}/Setting.swift: lacks {name}" for name in sorted(lacking)]


def check_program(root, text):
    blocks = re.findall(r"^```swift\n(.*?)^```$", text, re.M | re.S)
    if len(blocks) != 1:
        return [f"README.md: has {len(blocks)} Swift programs, not one"]
    pairs = itertools.zip_longest(blocks[0].splitlines(), (root / SNIPPET).read_text().splitlines())
    return [f"README.md: {line!r} is {compiled!r} in {SNIPPET}" for line, compiled in pairs if line != compiled]


def check(root):
    text = (root / "README.md").read_text()
    c, swift = read_table(text)
    return [
        *compare(c, read_c(root), "mt_server_config"),
        *compare(swift, read_swift(root), "Configuration", mentioned=text),
        *check_names(root, text),
        *check_program(root, text),
    ]
