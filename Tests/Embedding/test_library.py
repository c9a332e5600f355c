"""The library that was built and installed without Swift: what it needs, what it shows, what it is called."""
import re
import sys
import unittest

import stranger
from support import run

# What a C program has anyway: the C library with its older parts, the loader, and what the kernel maps.
OF_THE_SYSTEM = r"linux-vdso|linux-gate|ld-linux|lib(c|pthread|dl|rt)\.so|ld-musl|/ld"
LIBEVENT = r"libevent_core"


def loaded(file):
    """The names of all that the loader loads for it."""
    return [line.split()[0] for line in run("ldd", file).splitlines()]


def dynamic(file, tag):
    return re.findall(rf"\({tag}\).*\[(.*)\]", run("readelf", "-d", file))


@unittest.skipUnless(sys.platform == "linux", "reads ELF")
class Library(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.shared = stranger.prefix() / "lib/libmartlet.so.0"

    def test_needs_the_c_library_and_libevents_core_and_nothing_else(self):
        foreign = [name for name in loaded(self.shared) if not re.search(f"{OF_THE_SYSTEM}|{LIBEVENT}", name)]
        self.assertEqual(foreign, [])
        self.assertNotIn("not found", run("ldd", self.shared))

    def test_is_bound_to_by_its_soname(self):
        self.assertEqual(dynamic(self.shared, "SONAME"), ["libmartlet.so.0"])
        self.assertEqual((stranger.prefix() / "lib/libmartlet.so").readlink().name, "libmartlet.so.0")

    def test_shows_no_name_that_is_not_mt_and_a_letter(self):
        names = [line.split()[-1] for line in run("nm", "-D", "--defined-only", self.shared).splitlines()]
        self.assertIn("mt_server_create", names)
        self.assertEqual([name for name in names if not re.fullmatch(r"mt_[a-z]\w*", name)], [])

    def test_archive_takes_no_name_that_a_program_could_want(self):
        rows = [line.split() for line in run("nm", "-g", "--defined-only",
                                             stranger.prefix() / "lib/libmartlet.a").splitlines()]
        names = [row[-1] for row in rows if len(row) == 3]
        self.assertIn("mt_server_create", names)
        self.assertEqual([name for name in names if re.fullmatch(r"(?!mt_)\w+", name)], [])

    def test_asks_for_no_stack_that_can_be_executed_and_for_no_relocated_text(self):
        self.assertRegex(run("readelf", "-lW", self.shared), r"GNU_STACK[^\n]* RW +0x")
        self.assertNotIn("TEXTREL", run("readelf", "-d", self.shared))


class Headers(unittest.TestCase):
    def check(self, compiler, language, *endings):
        include = stranger.prefix() / "include"
        for header in sorted(file for ending in endings for file in include.rglob(f"*.{ending}")):
            name = header.relative_to(include).as_posix()
            with self.subTest(compiler=compiler, header=name):
                alone = stranger.place("alone.c")
                alone.write_text(f"#include <{name}>\n")
                run(compiler, "-x", *language, *stranger.STRICT, "-fsyntax-only", f"-I{include}", alone)

    def test_compile_each_alone_as_c11(self):
        for compiler in stranger.compilers("gcc", "clang"):
            self.check(compiler, ("c", "-std=c11"), "h")

    def test_compile_each_alone_as_cpp17(self):
        for compiler in stranger.compilers("g++", "clang++"):
            self.check(compiler, ("c++", "-std=c++17"), "h", "hpp")


if __name__ == "__main__":
    unittest.main()
