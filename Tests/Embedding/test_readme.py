"""The README's C program, built as its reader would build it: with what was installed, and pkg-config."""
import os
import pathlib
import signal
import subprocess
import tempfile
import unittest

from support import START_SECONDS, ask, code_block, free_port, make, run, started, stop

STRICT = ["-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Werror"]


class ReadmeProgram(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        make("install", cls.folder / "installed")

    def flags(self, *wanted):
        search = f"{self.folder}/installed/lib/pkgconfig{os.pathsep}{os.environ.get('PKG_CONFIG_PATH', '')}"
        return run("pkg-config", *wanted, "martlet", PKG_CONFIG_PATH=search).split()

    def build(self, libraries):
        """The program, on a port of its own, linked by those flags."""
        port, code = free_port(), code_block("c")
        self.assertEqual(code.count("8080"), 1)
        source, program = self.folder / f"{port}.c", self.folder / f"{port}"
        source.write_text(code.replace("8080", str(port)))
        run(os.environ.get("CC", "cc"), *STRICT, *self.flags("--cflags"), source, "-o", program, *libraries)
        return program, port

    def build_shared(self):
        return self.build([*self.flags("--libs"), f"-Wl,-rpath,{self.folder}/installed/lib"])

    def build_static(self):
        archive = f"{self.folder}/installed/lib/libmartlet.a"
        return self.build([archive if flag == "-lmartlet" else flag for flag in self.flags("--libs", "--static")])

    def check_serves(self, program, port):
        with started(program) as process:
            head, body = ask(process, port, "/hello")
            self.assertTrue(head.startswith("HTTP/1.1 200 OK\r\n"), head)
            self.assertEqual(body, "Hello, World!")
            self.assertTrue(ask(process, port, "/nowhere")[0].startswith("HTTP/1.1 404 "))
            self.assertEqual(stop(process), -signal.SIGTERM)

    def test_serves_with_the_shared_library(self):
        self.check_serves(*self.build_shared())

    def test_serves_with_the_static_library_where_the_shared_one_is_gone(self):
        program, port = self.build_static()
        for library in (self.folder / "installed/lib").glob("libmartlet.*"):
            library.unlink()
        self.addCleanup(make, "install", self.folder / "installed")
        self.check_serves(program, port)

    def test_says_in_one_line_that_its_port_is_taken(self):
        program, port = self.build_static()
        with started(program) as first:
            ask(first, port, "/hello")
            second = subprocess.run([program], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                                    timeout=START_SECONDS)
        self.assertEqual(second.returncode, 1)
        self.assertRegex(second.stderr, rf"\A[^\n]*\b{port}\b[^\n]*\n\Z")


if __name__ == "__main__":
    unittest.main()
