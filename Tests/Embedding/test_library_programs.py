"""Programs of strangers to Swift, built by what pkg-config says, with each compiler that is there."""
import signal
import subprocess
import sys
import unittest

import stranger
from support import ROOT, ask, run, started, stop


def rpath():
    return f"-Wl,-rpath,{stranger.prefix()}/lib"


def with_the_archive(flags):
    return [f"{stranger.prefix()}/lib/libmartlet.a" if flag == "-lmartlet" else flag for flag in flags]


class Programs(unittest.TestCase):
    def build(self, compiler, standard, made, *libraries):
        source, port = made
        program = source.with_suffix("")
        run(compiler, standard, *stranger.STRICT, *stranger.flags("--cflags"), source, "-o", program, *libraries)
        return program, port

    def build_c(self, compiler, *libraries):
        return self.build(compiler, "-std=c11", stranger.readme_source(), *libraries)

    def check_serves(self, program, port):
        with started(program) as process:
            head, body = ask(process, port, "/hello")
            self.assertTrue(head.startswith("HTTP/1.1 200 OK\r\n"), head)
            self.assertEqual(body, "Hello, World!")
            self.assertEqual(stop(process), -signal.SIGTERM)

    def check_has_no_swift(self, program):
        if sys.platform == "linux":
            self.assertNotIn("swift", run("ldd", program).lower())

    def test_serve_with_the_shared_library(self):
        for compiler in stranger.compilers("gcc", "clang"):
            with self.subTest(compiler=compiler):
                program, port = self.build_c(compiler, *stranger.flags("--libs"), rpath())
                self.check_serves(program, port)
                self.check_has_no_swift(program)

    def test_serve_with_the_archive(self):
        for compiler in stranger.compilers("gcc", "clang"):
            with self.subTest(compiler=compiler):
                program, port = self.build_c(compiler, *with_the_archive(stranger.flags("--libs", "--static")))
                self.check_serves(program, port)
                self.check_has_no_swift(program)
                self.assertNotIn("libmartlet", run("ldd", program) if sys.platform == "linux" else "")

    @unittest.skipUnless(sys.platform == "linux", "other systems link no program that is static altogether")
    def test_serve_linked_with_nothing_that_is_shared(self):
        program, port = self.build_c("gcc", "-static", *stranger.flags("--libs", "--static"))
        told = subprocess.run(["ldd", program], capture_output=True, text=True)
        self.assertIn("not a dynamic executable", told.stdout + told.stderr)
        self.check_serves(program, port)

    def test_serve_from_cpp17(self):
        for compiler in stranger.compilers("g++", "clang++"):
            with self.subTest(compiler=compiler):
                made = stranger.source((ROOT / "Tests/Embedding/plain.cpp").read_text(), ".cpp")
                self.check_serves(*self.build(compiler, "-std=c++17", made, *stranger.flags("--libs"), rpath()))


if __name__ == "__main__":
    unittest.main()
