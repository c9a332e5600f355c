"""`make install` and `make uninstall`: what is put where, and that all of it goes again."""
import os
import pathlib
import tempfile
import unittest

from support import ROOT, make, run

PREFIX = "/opt/martlet"


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
        self.assertEqual({file for file in files if file.startswith("include/")}, headers)
        libraries = {file for file in files if file.startswith("lib/")} - {"lib/pkgconfig/martlet.pc"}
        self.assertIn("lib/libmartlet.a", libraries)
        self.assertEqual(len(libraries), 3, libraries)
        self.assertEqual(files, headers | libraries | {"lib/pkgconfig/martlet.pc"})

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


if __name__ == "__main__":
    unittest.main()
