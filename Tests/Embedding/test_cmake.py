"""`find_package(martlet)`: its targets, its version, its components, and that an installed folder may be moved."""
import re
import shutil
import signal
import tempfile
import unittest

import stranger
from support import ROOT, ask, run, started, stop

PROJECT = ROOT / "Tests/Embedding/cmake"
# Finds the package in some words, and says what came of it.
FIND = """
find_package(martlet {0} QUIET)
message(STATUS "<{0}> ${{martlet_FOUND}}: ${{martlet_NOT_FOUND_MESSAGE}}")
unset(martlet_NOT_FOUND_MESSAGE)
"""


def configure(source, prefix, *defines):
    build = tempfile.mkdtemp(dir=stranger.folder().name)
    said = run("cmake", "-S", source, "-B", build, f"-DCMAKE_PREFIX_PATH={prefix}", *defines)
    return build, " ".join(said.split())


def found(*words, defines=(), more=""):
    """What each of them finds, in one project: its outcome and the reason that CMake is given."""
    source = stranger.place(f"project-{len(words)}-{len(defines)}")
    source.mkdir()
    lines = ["cmake_minimum_required(VERSION 3.16)", "project(any C)", *(FIND.format(word) for word in words), more]
    (source / "CMakeLists.txt").write_text("\n".join(lines))
    _, said = configure(source, stranger.prefix(), *defines)
    return {word: (outcome.upper() in ("1", "TRUE"), reason)
            for word, outcome, reason in re.findall(r"<([^>]*)> (\w+): (.*?)(?= ?-- |$)", said)}, said


class Package(unittest.TestCase):
    def check_serves(self, program, port):
        with started(program) as process:
            self.assertEqual(ask(process, port, "/hello")[1], "Hello, World!")
            self.assertEqual(stop(process), -signal.SIGTERM)

    def check_builds(self, prefix):
        code, port = stranger.readme_source()
        build, _ = configure(PROJECT, prefix, f"-DSOURCE={code}")
        run("cmake", "--build", build)
        self.check_serves(f"{build}/with_shared", port)
        self.check_serves(f"{build}/with_static", port)

    def test_has_a_target_for_the_shared_library_and_one_for_the_archive(self):
        self.check_builds(stranger.prefix())

    def test_may_be_moved(self):
        moved = stranger.place("moved elsewhere")
        shutil.copytree(stranger.prefix(), moved, symlinks=True)
        for file in (moved / "lib/cmake/martlet").iterdir():
            self.assertNotIn(str(stranger.prefix()), file.read_text())
        self.check_builds(moved)

    def test_refuses_a_newer_and_another_major_version_and_a_component_that_it_has_not(self):
        outcomes, said = found("", "0", "0.1", "0.99", "1.0", "COMPONENTS shared static", "COMPONENTS planted")
        self.assertEqual([word for word, (is_found, _) in outcomes.items() if is_found],
                         ["", "0", "0.1", "COMPONENTS shared static"], said)
        self.assertEqual(len(outcomes), 7, said)
        self.assertIn("Not found: planted", outcomes["COMPONENTS planted"][1])

    def test_has_the_shared_library_alone_where_libevents_development_files_are_not(self):
        targets = ('foreach(name martlet static)\nif(TARGET martlet::${name})\n'
                   'message(STATUS "there is ${name}")\nendif()\nendforeach()')
        outcomes, said = found("", "COMPONENTS static", defines=["-Dmartlet_EVENT_CORE="], more=targets)
        self.assertTrue(outcomes[""][0], said)
        self.assertFalse(outcomes["COMPONENTS static"][0], said)
        self.assertIn("static needs libevent_core", outcomes["COMPONENTS static"][1])
        self.assertIn("there is martlet", said)
        self.assertNotIn("there is static", said)


if __name__ == "__main__":
    unittest.main()
