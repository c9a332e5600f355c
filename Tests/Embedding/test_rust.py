"""The Rust crate against the installed library: its own tests, one by one, its examples, and its declarations of the C
ABI, which nobody checks when Rust is compiled."""
import functools
import os
import re
import shutil
import signal
import subprocess
import unittest

from support import ROOT, make, run

CRATE = ROOT / "CCore/bindings/rust"
BUILD = ROOT / ".build-rust"
PREFIX = BUILD / "installed"
ABI = ROOT / "Tests/Lint/abi.txt"
CARGO_SECONDS = 200
DOCUMENTED = 9


@functools.cache
def environment():
    """Where cargo finds the library: always the same prefix, so that what was built before is not built again."""
    if not shutil.which("cargo"):
        raise AssertionError("cargo is missing: install Debian's cargo, or the one of https://rustup.rs")
    make("install", PREFIX)
    search = os.pathsep.join(filter(None, [f"{PREFIX}/lib/pkgconfig", os.environ.get("PKG_CONFIG_PATH")]))
    # Programs of the documentation know no rpath.
    libraries = os.pathsep.join(filter(None, [f"{PREFIX}/lib", os.environ.get("LD_LIBRARY_PATH")]))
    return {"PKG_CONFIG_PATH": search, "LD_LIBRARY_PATH": libraries, "CARGO_TARGET_DIR": str(BUILD),
            "RUSTFLAGS": "-D warnings", "RUSTDOCFLAGS": "-D warnings", "RUST_BACKTRACE": "0", "CARGO_INCREMENTAL": "0"}


def cargo(*words):
    """What cargo says, without the network, and the status that it ended with. What it started ends with it."""
    process = subprocess.Popen(["cargo", *words, "--offline"], cwd=CRATE, env={**os.environ, **environment()},
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                               start_new_session=True)
    try:
        output, _ = process.communicate(timeout=CARGO_SECONDS)
    except BaseException:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        raise
    return process.returncode, output


@functools.cache
def built(folder, *features):
    """The folder of the examples, built below that one."""
    status, output = cargo("build", "--examples", "--target-dir", str(folder), *features)
    assert status == 0, output
    return folder / "debug/examples"


def example(name):
    """The path of an example, built."""
    return str(built(BUILD) / name)


def names_of_tests():
    """As cargo names them: the file below tests/crate, then the function."""
    for path in sorted((CRATE / "tests/crate").glob("*.rs")):
        module = "" if path.stem == "main" else f"{path.stem}::"
        yield from (module + name for name in re.findall(r"^#\[test\]\n(?:#.*\n)*fn (\w+)", path.read_text(), re.M))


@functools.cache
def outcomes():
    """Each test's outcome by its name, the documentation's among them, and all that cargo said."""
    _, output = cargo("test", "--no-fail-fast")
    lines = re.findall(r"^test (.+) \.\.\. (\w+)$", output, re.M)
    return dict(lines), output


class Crate(unittest.TestCase):
    """A method for each test of the crate is made below."""

    def test_documentation_compiles_and_what_it_forbids_does_not(self):
        outcome, output = outcomes()
        documented = {name: end for name, end in outcome.items() if "src/" in name}
        self.assertGreaterEqual(len(documented), DOCUMENTED, output)
        self.assertEqual(set(documented.values()), {"ok"}, output)


    def test_documentation_links_lead_somewhere(self):
        status, output = cargo("doc", "--no-deps")
        self.assertEqual(status, 0, output)


def add_test(name):
    def check(self):
        outcome, output = outcomes()
        self.assertEqual(outcome.get(name), "ok", output)
    setattr(Crate, "test_" + name.replace("::", "__"), check)


for found in names_of_tests():
    add_test(found)


class Examples(unittest.TestCase):
    def test_readmes_ten_lines_are_the_example(self):
        code = re.search(r"^```rust\n(.*?)^```$", (CRATE / "README.md").read_text(), re.M | re.S)[1]
        lines = (CRATE / "examples/hello.rs").read_text().splitlines(keepends=True)
        self.assertEqual(code, "".join(line for line in lines if not line.startswith("//!")))

    def test_links_the_archive_so_that_no_shared_library_is_needed(self):
        program = built(BUILD / "static", "--features", "static") / "hello"
        needed = run("ldd", str(program))
        self.assertNotIn("libmartlet", needed)
        self.assertIn("libevent", needed)


# The ABI, as Tests/Lint/abi.txt has it: a line each, in C's words.

C_TYPES = {"c_char": "char", "c_void": "void", "c_int": "int", "usize": "size_t", "u64": "uint64_t",
           "u32": "uint32_t", "u16": "uint16_t"}


def in_c(rust):
    """A type of Rust's as C writes it without a name: `*const mt_server` is `const mt_server *`."""
    pointers, rest = "", rust.strip()
    while rest.startswith("*"):
        kind, rest = rest[1:].split(" ", 1)
        pointers += "*"
    plain = C_TYPES.get(rest, rest)
    constant = "const " if rust.startswith("*const ") else ""
    return f"{constant}{plain} {pointers}".strip()


def signature(parameters, result):
    listed = re.sub(r'Option<unsafe extern "C" fn\(argument: \*mut c_void\)>', "CALL", parameters)
    types = [each.split(":", 1)[1].strip() for each in listed.split(",") if each.strip()]
    listed = ", ".join("void (*)(void *argument)" if each == "CALL" else in_c(each) for each in types)
    return f"{in_c(result) if result else 'void'} ({listed or 'void'})"


def declared():
    """The functions, callbacks and enumerators that the crate declares, as lines of the recorded ABI."""
    flat = lambda name: " ".join((CRATE / "src/ffi" / name).read_text().split()).replace(",)", ")")
    functions, types = flat("functions.rs"), flat("types.rs")
    for name, parameters, result in re.findall(r"pub fn (\w+)\((.*?)\)(?: -> ([^;]+))?;", functions):
        yield f"function {name}: {signature(parameters, result)}"
    callback = r'pub type (\w+_fn) = ?Option< ?unsafe extern "C" fn\( ?(.*?) ?\)(?: -> (\w+))?,? ?>;'
    for name, parameters, result in re.findall(callback, types):
        yield f"callback {name}: {signature(parameters, result)}"
    for name, value in re.findall(r"\b(MT_[A-Z_]+) = (\d+)", types):
        yield f"enumerator {name}: {value}"


class Declarations(unittest.TestCase):
    maxDiff = None

    def test_functions_callbacks_and_enumerators_are_the_headers(self):
        kinds = ("function ", "callback ", "enumerator ")
        recorded = {line for line in ABI.read_text().splitlines() if line.startswith(kinds)}
        self.assertEqual(set(declared()), recorded)


if __name__ == "__main__":
    unittest.main()
