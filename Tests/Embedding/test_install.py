"""`make install` and `make uninstall`: what is put where, and that all of it goes again."""
import os
import pathlib
import signal
import stat
import subprocess
import sys
import tempfile
import unittest

import stranger
from support import MAKE, ROOT, ask, make, run, started, stop

PREFIX = "/opt/martlet"


LINK = "lib/libmartlet.dylib" if sys.platform == "darwin" else "lib/libmartlet.so"
# What others read about the library.
DESCRIPTIONS = {"lib/pkgconfig/martlet.pc", "lib/cmake/martlet/martlet-config.cmake",
                "lib/cmake/martlet/martlet-config-version.cmake"}


def files_below(folder):
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}


class Install(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.stage = pathlib.Path(folder.name)
        self.below = self.stage / PREFIX[1:]

    def test_puts_headers_libraries_and_description_below_the_prefix(self):
        make("install", PREFIX, self.stage)
        files = files_below(self.below)
        public = ROOT / "CCore/include"
        headers = {f"include/{path.relative_to(public).as_posix()}" for path in public.rglob("*.h")}
        if any((ROOT / "CCore/bindings/cpp").rglob("martlet.hpp")):
            headers.add("include/martlet.hpp")
        self.assertEqual({file for file in files if file.startswith("include/")}, headers)
        libraries = {file for file in files if file.startswith("lib/")} - DESCRIPTIONS
        self.assertIn("lib/libmartlet.a", libraries)
        self.assertEqual(len(libraries), 3, libraries)
        self.assertEqual(files, headers | libraries | DESCRIPTIONS)

    def test_gives_all_the_right_to_read_and_the_owner_alone_the_right_to_write(self):
        before = os.umask(0o077)
        self.addCleanup(os.umask, before)
        make("install", PREFIX, self.stage)
        for path in self.below.rglob("*"):
            mode = stat.S_IMODE(path.stat().st_mode)
            runs = path.is_dir() or path.suffix in (".0", ".so", ".dylib")
            self.assertEqual(oct(mode), oct(0o755 if runs else 0o644), path)

    def test_takes_a_stage_that_is_named_from_here_or_has_a_space(self):
        for stage in (os.path.relpath(self.stage, ROOT), f"{self.stage}/with a space"):
            with self.subTest(stage=stage):
                make("install", PREFIX, stage)
                self.assertTrue((ROOT / stage / PREFIX[1:] / "lib/pkgconfig/martlet.pc").is_file())

    def test_fails_where_nothing_can_be_put(self):
        (self.stage / "opt").touch()
        command = [MAKE, "--no-print-directory", "install", f"PREFIX={PREFIX}", f"DESTDIR={self.stage}"]
        self.assertNotEqual(subprocess.run(command, cwd=ROOT, capture_output=True).returncode, 0)

    def test_leaves_a_program_alone_that_runs_with_the_library(self):
        """A library that is written over where it lies pulls the ground from under its programs."""
        prefix, program, (code, port) = self.stage / "used", self.stage / "program", stranger.readme_source()
        make("install", prefix)
        run(os.environ.get("CC", "cc"), f"-I{prefix}/include", code, "-o", program, f"-L{prefix}/lib", "-lmartlet",
            f"-Wl,-rpath,{prefix}/lib")
        with started(program) as process:
            self.assertEqual(ask(process, port, "/hello")[1], "Hello, World!")
            before = (prefix / LINK).stat().st_ino
            make("install", prefix)
            self.assertNotEqual((prefix / LINK).stat().st_ino, before)
            self.assertEqual(ask(process, port, "/hello")[1], "Hello, World!")
            self.assertEqual(stop(process), -signal.SIGTERM)

    def test_describes_the_place_of_the_prefix_and_not_of_the_stage(self):
        make("install", PREFIX, self.stage)
        path = f"{self.below}/lib/pkgconfig"
        search = {"PKG_CONFIG_PATH": path + os.pathsep + os.environ.get("PKG_CONFIG_PATH", "")}
        self.assertEqual(run("pkg-config", "--variable=prefix", "martlet", **search).strip(), PREFIX)
        self.assertRegex(run("pkg-config", "--modversion", "martlet", **search), r"\A\d+\.\d+\.\d+\n\Z")

    def test_leaves_nothing_behind_and_nothing_else_touched_when_uninstalled(self):
        others = {"lib/libother.a", "lib/pkgconfig/other.pc", "include/other.h"}
        for other in others:
            (self.below / other).parent.mkdir(parents=True, exist_ok=True)
            (self.below / other).touch()
        make("install", PREFIX, self.stage)
        self.assertGreater(len(files_below(self.stage)), len(others))
        make("uninstall", PREFIX, self.stage)
        self.assertEqual(files_below(self.below), others)
        self.assertEqual(len(files_below(self.stage)), len(others))
        self.assertFalse((self.below / "include/martlet").exists())
        self.assertFalse((self.below / "lib/cmake/martlet").exists())


if __name__ == "__main__":
    unittest.main()
