"""`find_package(martlet)`: its targets, its version, its components, and that an installed folder may be moved."""
import shutil
import signal
import subprocess
import tempfile
import unittest

import stranger
from support import ROOT, ask, run, started, stop

PROJECT = ROOT / "Tests/Embedding/cmake"


def configure(*, find=None, prefix=None, defines=()):
    """Sets a project up: the stranger's, or one that finds the package in those words. Gives status and output."""
    build = tempfile.mkdtemp(dir=stranger.folder().name)
    source, (code, port) = PROJECT, stranger.readme_source()
    if find:
        source = stranger.place(f"project-{port}")
        source.mkdir()
        (source / "CMakeLists.txt").write_text(f"cmake_minimum_required(VERSION 3.16)\nproject(any C)\n{find}\n")
    done = subprocess.run(["cmake", "-S", source, "-B", build, f"-DCMAKE_PREFIX_PATH={prefix or stranger.prefix()}",
                           f"-DSOURCE={code}", *defines], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    return done.returncode, " ".join((done.stdout + done.stderr).split()), build, port


class Package(unittest.TestCase):
    def check_serves(self, program, port):
        with started(program) as process:
            self.assertEqual(ask(process, port, "/hello")[1], "Hello, World!")
            self.assertEqual(stop(process), -signal.SIGTERM)

    def check_builds(self, prefix):
        code, output, build, port = configure(prefix=prefix)
        self.assertEqual(code, 0, output)
        run("cmake", "--build", build)
        self.check_serves(f"{build}/with_shared", port)
        self.check_serves(f"{build}/with_static", port)

    def test_has_a_target_for_the_shared_library_and_one_for_the_archive(self):
        self.check_builds(stranger.prefix())

    def test_may_be_moved(self):
        moved = stranger.place("moved elsewhere")
        shutil.copytree(stranger.prefix(), moved, symlinks=True)
        self.assertNotIn(str(stranger.prefix()), (moved / "lib/cmake/martlet/martlet-config.cmake").read_text())
        self.check_builds(moved)

    def test_refuses_who_asks_for_a_newer_or_another_major_version(self):
        for version, is_there in (("0.1", True), ("0", True), ("", True), ("0.99", False), ("1.0", False)):
            with self.subTest(version=version):
                code, output, _, _ = configure(find=f"find_package(martlet {version} REQUIRED)")
                self.assertEqual(code == 0, is_there, output)
                if not is_there:
                    self.assertIn(f'compatible with requested version "{version}"', output)

    def test_says_what_the_archive_lacks_where_libevent_is_not(self):
        code, output, _, _ = configure(find="find_package(martlet REQUIRED COMPONENTS static)",
                                       defines=["-Dmartlet_EVENT_CORE="])
        self.assertNotEqual(code, 0)
        self.assertIn("static needs libevent_core", output)

    def test_serves_the_shared_library_where_libevents_development_files_are_not(self):
        code, output, _, _ = configure(
            find="find_package(martlet REQUIRED)\nif(TARGET martlet::static OR NOT TARGET martlet::martlet)\n"
            "message(FATAL_ERROR wrong)\nendif()", defines=["-Dmartlet_EVENT_CORE="])
        self.assertEqual(code, 0, output)

    def test_knows_no_other_component(self):
        code, output, _, _ = configure(find="find_package(martlet REQUIRED COMPONENTS planted)")
        self.assertNotEqual(code, 0)
        self.assertIn("Not found: planted", output)

    def test_may_be_found_twice(self):
        code, output, _, _ = configure(find="find_package(martlet REQUIRED)\nfind_package(martlet REQUIRED)")
        self.assertEqual(code, 0, output)


if __name__ == "__main__":
    unittest.main()
