"""The Go module against the installed library: its own tests, one by one, some of them again under the race detector,
vet and gofmt, and its examples."""
import functools
import json
import os
import re
import shutil
import subprocess
import unittest

from support import ROOT, make

MODULE = ROOT / "CCore/bindings/go"
BUILD = ROOT / ".build-go"
PREFIX = BUILD / "installed"
GO_SECONDS = 300
# What goroutines and threads share is tried under the race detector too.
RACED = "Close|Shutdown|Context|Finished|NoUse|Later|Panic|ManyAre|AllWho"


@functools.cache
def environment():
    """Where go finds the library: always the same prefix, so that what was built before is not built again."""
    if not shutil.which("go"):
        raise AssertionError("go is missing: install Debian's golang-go, or the one of https://go.dev/dl")
    make("install", PREFIX)
    search = os.pathsep.join(filter(None, [f"{PREFIX}/lib/pkgconfig", os.environ.get("PKG_CONFIG_PATH")]))
    return {"PKG_CONFIG_PATH": search, "CGO_LDFLAGS": f"-Wl,-rpath,{PREFIX}/lib", "GOCACHE": str(BUILD / "cache"),
            "GOFLAGS": "-mod=mod", "GOPROXY": "off"}


def go(*words):
    """What go says, without the network, and the status that it ended with."""
    done = subprocess.run(words, cwd=MODULE, env={**os.environ, **environment()}, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=GO_SECONDS)
    return done.returncode, done.stdout


@functools.cache
def example(name):
    """The path of an example, built."""
    program = BUILD / "examples" / name
    status, output = go("go", "build", "-o", str(program), f"./examples/{name}")
    assert status == 0, output
    return str(program)


def names_of_tests():
    for path in sorted(MODULE.glob("*_test.go")):
        yield from re.findall(r"^func ((?:Test|Example)\w*)\(", path.read_text(), re.M)


@functools.cache
def outcomes(*flags):
    """Each test's outcome by its name, and all that go said."""
    _, output = go("go", "test", "-json", "-count=1", "-vet=off", *flags, ".")
    ends, said = {}, []
    for line in output.splitlines():
        event = json.loads(line) if line.startswith("{") else {"Output": line + "\n"}
        said.append(event.get("Output", ""))
        if event.get("Action") in ("pass", "fail", "skip"):
            ends[event.get("Test", "")] = event["Action"]
    return ends, "".join(said)


class Module(unittest.TestCase):
    """A method for each test of the module is made below."""

    def test_passes_under_the_race_detector(self):
        ends, output = outcomes("-race", "-run", RACED)
        self.assertEqual(set(ends.values()), {"pass"}, output)
        self.assertGreater(len(ends), 10)

    def test_vet_finds_nothing(self):
        self.assertEqual(go("go", "vet", "./..."), (0, ""))

    def test_is_laid_out_by_gofmt(self):
        self.assertEqual(go("gofmt", "-l", "."), (0, ""))

    def test_documents_every_exported_name(self):
        _, output = go("go", "doc", "-all", ".")
        self.assertIn("type Server struct", output)
        source = "".join(path.read_text() for path in MODULE.glob("*.go") if not path.name.endswith("_test.go"))
        bare = re.findall(r"(?<!//)\n(?:func (?:\(\w+ \*?[A-Z]\w*\) )?|type |var |const )([A-Z]\w*)", re.sub(r"//.*", "//", source))
        self.assertEqual(bare, [])


def add_test(name):
    def check(self):
        ends, output = outcomes()
        self.assertEqual(ends.get(name), "pass", output)
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name.removeprefix("Test")).lower()
    setattr(Module, f"test_{words}", check)


for found in names_of_tests():
    add_test(found)


class Examples(unittest.TestCase):
    def test_readmes_ten_lines_are_the_example(self):
        code = re.search(r"^```go\n(.*?)^```$", (MODULE / "README.md").read_text(), re.M | re.S)[1]
        lines = (MODULE / "examples/hello/main.go").read_text().splitlines(keepends=True)
        self.assertEqual(code, "".join(line for line in lines if not line.startswith("//")))

    def test_hello_builds(self):
        self.assertTrue(os.access(example("hello"), os.X_OK))


if __name__ == "__main__":
    unittest.main()
