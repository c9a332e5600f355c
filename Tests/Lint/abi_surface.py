"""What the library shows to its callers, read from its headers: one line each for functions, callbacks, macros,
enumerators, structs and their fields, with all that a compiled caller knows of them (on a 64-bit machine)."""
import os
import pathlib
import re
import subprocess
import tempfile

COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.S)
FUNCTION = re.compile(r"^MT_API ([^;(]*?)\b(\w+)\(([^;]*)\);", re.M)
CALLBACK = re.compile(r"^typedef ([^;{}(]*)\(\*(\w+)\)\(([^;]*)\);", re.M)
MACRO = re.compile(r"^#define (MT_(?!VERSION_|API\b|BEGIN_DECLS|END_DECLS)\w+) +(\S.*)$", re.M)
ENUM = re.compile(r"^(?:typedef )?enum[^{;]*\{\n(.*?)^\}", re.M | re.S)
STRUCT = re.compile(r"^typedef struct (\w+) \{\n(.*?)^\} \1;", re.M | re.S)
# A function pointer's name, else the last word, before an array's size.
NAME = re.compile(r"(?<=\(\*)\w+(?=\))|\b\w+(?=(\[[^\]]*\])*$)")


def squeeze(text):
    return re.sub(r"\s+", " ", text).strip()


def without_name(declaration):
    """The type alone: how a caller names it is its own affair."""
    return squeeze(NAME.sub("", squeeze(declaration), count=1))


def parameters(text):
    """The types between a function's parentheses."""
    each = [squeeze(part) for part in re.split(r",(?![^()]*\))", text)]
    return ", ".join(part if part == "void" else without_name(part) for part in each)


def signatures(text):
    for kind, pattern in (("function", FUNCTION), ("callback", CALLBACK)):
        for result, name, taken in pattern.findall(text):
            yield f"{kind} {name}", f"{squeeze(result)} ({parameters(taken)})"
    for name, value in MACRO.findall(text):
        yield f"macro {name}", value.strip()


def questions(text):
    """Lines of a C program that says what only the compiler knows."""
    for body in ENUM.findall(text):
        for name in re.findall(r"\b(MT_\w+)", body):
            yield f'printf("enumerator {name}: %lld\\n", (long long){name});'
    for name, body in STRUCT.findall(text):
        yield f'printf("struct {name}: %zu bytes\\n", sizeof({name}));'
        for declaration in map(squeeze, body.split(";")[:-1]):
            field = NAME.search(declaration)[0]
            yield (f'printf("field {name}.{field}: %s at %zu\\n", "{without_name(declaration)}", '
                   f"offsetof({name}, {field}));")


def compiled(include, lines):
    program = "\n".join(["#include <martlet.h>", "#include <stdio.h>", "int main(void) {", *lines, "return 0; }"])
    with tempfile.TemporaryDirectory() as folder:
        source, asked = pathlib.Path(folder, "asked.c"), pathlib.Path(folder, "asked")
        source.write_text(program)
        subprocess.run([os.environ.get("CC", "cc"), f"-I{include}", "-o", asked, source], check=True)
        return subprocess.run([asked], check=True, capture_output=True, text=True).stdout.splitlines()


def read(include):
    """The whole surface, in the headers' order: {"function mt_version": "const char * (void)", …}."""
    texts = [COMMENT.sub("", header.read_text()) for header in sorted((include / "martlet").glob("*.h"))]
    surface = dict(line for text in texts for line in signatures(text))
    answers = compiled(include, [line for text in texts for line in questions(text)])
    return surface | dict(line.split(": ", 1) for line in answers)
