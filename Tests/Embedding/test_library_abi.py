"""`make check-abi`: each change of the headers is said for what it means to programs that were compiled before it."""
import functools
import shutil
import subprocess
import sys
import unittest

import stranger
from support import ROOT

sys.path.insert(0, str(ROOT / "Tests/Lint"))
import abi_surface
import abi_verdict

CHECK = ROOT / "Tests/Lint/abi.py"
INCLUDE = ROOT / "CCore/include"
SONAME = "libmartlet.so.0"
LAST_OF_CONFIG = "} mt_server_config;"
END = "\nMT_END_DECLS\n\n#endif"


def plant(header, before, after):
    """A copy of the headers with that change."""
    planted = stranger.place("planted")
    shutil.rmtree(planted, ignore_errors=True)
    shutil.copytree(INCLUDE, planted)
    file = planted / "martlet" / header
    text = file.read_text()
    assert text.count(before) == 1, f"{header} has {text.count(before)} times {before!r}"
    file.write_text(text.replace(before, after))
    return planted


@functools.cache
def as_it_is():
    return abi_surface.read(INCLUDE)


def bytes_of(struct):
    return abi_verdict.place(as_it_is()[f"struct {struct}"])


class Verdicts(unittest.TestCase):
    def judge(self, *change):
        return abi_verdict.Judge(as_it_is(), abi_surface.read(plant(*change))).verdicts

    def check_breaks(self, what, *change):
        verdicts = self.judge(*change)
        self.assertIn((True, f"breaks callers: {what}"), verdicts)
        self.assertRegex(abi_verdict.conclusion(verdicts, SONAME), r" break: .* SONAME becomes libmartlet\.so\.1 ")

    def check_fits(self, what, *change):
        verdicts = self.judge(*change)
        self.assertIn((False, f"compatible: {what}"), verdicts)
        self.assertRegex(abi_verdict.conclusion(verdicts, SONAME), r" go on as they are; MT_VERSION_MINOR goes up ")

    def test_is_content_with_another_word_in_a_comment_or_another_parameters_name(self):
        self.assertEqual(self.judge("log.h", "How much a log line matters", "How loud it is"), [])
        self.assertEqual(self.judge("server.h", "mt_slice host, uint16_t port", "mt_slice name, uint16_t number"), [])

    def test_a_new_function_is_compatible(self):
        self.check_fits("function mt_planted is new", "abi.h", END, "MT_API int mt_planted(void);" + END)

    def test_a_function_that_is_gone_breaks(self):
        self.check_breaks("function mt_version is gone", "abi.h", "MT_API const char *mt_version(void);", "")

    def test_another_type_of_a_parameter_or_a_result_breaks(self):
        self.check_breaks("function mt_status_name was const char * (mt_status), is const char * (int)",
                          "status.h", "mt_status_name(mt_status status)", "mt_status_name(int status)")
        self.check_breaks("function mt_version was const char * (void), is size_t (void)", "abi.h",
                          "const char *mt_version(void)", "size_t mt_version(void)")

    def test_another_type_of_a_callback_breaks(self):
        self.check_breaks("callback mt_destroy_fn was void (void *), is int (void *)", "abi.h",
                          "typedef void (*mt_destroy_fn)", "typedef int (*mt_destroy_fn)")

    def test_another_value_of_a_macro_that_callers_compiled_in_breaks(self):
        self.check_breaks("macro MT_LENGTH_UNKNOWN was UINT64_MAX, is 0", "exchange.h",
                          "#define MT_LENGTH_UNKNOWN UINT64_MAX", "#define MT_LENGTH_UNKNOWN 0")

    def test_a_new_enumerator_is_compatible(self):
        self.check_fits("enumerator MT_PLANTED is new", "status.h", "MT_ERROR_MALFORMED = 15,",
                        "MT_ERROR_MALFORMED = 15,\n  MT_PLANTED = 16,")

    def test_an_enumerator_with_another_number_or_none_breaks(self):
        self.check_breaks("enumerator MT_LOG_ERROR is renumbered from 3 to 4", "log.h", "MT_LOG_ERROR = 3",
                          "MT_LOG_ERROR = 4")
        self.check_breaks("enumerator MT_LOG_DEBUG is gone", "log.h", "  MT_LOG_DEBUG = 0,\n", "")

    def test_a_field_at_the_end_of_a_struct_with_a_size_is_compatible(self):
        size = bytes_of("mt_server_config")
        self.check_fits("field mt_server_config.planted is new at the struct's end", "config.h", LAST_OF_CONFIG,
                        "  uint64_t planted;\n" + LAST_OF_CONFIG)
        self.check_fits(f"struct mt_server_config grew from {size} bytes to {size + 8} bytes", "config.h", LAST_OF_CONFIG,
                        "  uint64_t planted;\n" + LAST_OF_CONFIG)

    def test_a_field_in_what_was_padding_breaks(self):
        known = {"struct mt_planted": "16 bytes", "field mt_planted.struct_size": "size_t at 0",
                 "field mt_planted.small": "char at 8"}
        verdicts = abi_verdict.Judge(known, known | {"field mt_planted.late": "char at 9"}).verdicts
        self.assertEqual(verdicts, [(True, "breaks callers: field mt_planted.late is new at 9, where older callers have "
                                           "another field or padding: it goes behind the 16 bytes that they know")])

    def test_a_field_that_moved_or_is_gone_or_has_another_type_breaks(self):
        self.check_breaks("field mt_server_config.workers was uint32_t at 16, is uint32_t at 24", "config.h",
                          "  uint32_t workers;", "  uint64_t planted;\n  uint32_t workers;")
        self.check_breaks("field mt_stats.uptime_ms is gone", "stats.h", "  uint64_t uptime_ms;\n", "")
        self.check_breaks("field mt_stats.uptime_ms was uint64_t at 128, is int64_t at 128", "stats.h",
                          "  uint64_t uptime_ms;", "  int64_t uptime_ms;")

    def test_a_field_in_a_struct_without_a_size_breaks(self):
        self.check_breaks("field mt_slice.planted is new, and mt_slice has no struct_size that would tell callers' "
                          "versions apart", "slice.h", "  size_t size;\n", "  size_t size;\n  size_t planted;\n")

    def test_a_new_struct_is_compatible_with_all_that_is_in_it(self):
        struct = "typedef struct mt_planted {\n  int planted;\n} mt_planted;\n"
        self.check_fits("field mt_planted.planted is new", "abi.h", END, struct + END)


class Check(unittest.TestCase):
    def check(self, planted, recorded, *more):
        """Whether the check is content, and the lines that it says."""
        done = subprocess.run([sys.executable, CHECK, stranger.prefix() / "lib", "--headers", planted, "--recorded",
                               recorded, *more], capture_output=True, text=True)
        return done.returncode == 0, (done.stdout + done.stderr).splitlines()

    def test_records_what_it_finds_when_told_to_and_is_then_content(self):
        recorded = stranger.place("recorded.txt")
        recorded.write_text("function mt_planted: void (void)\n")
        is_content, lines = self.check(INCLUDE, recorded)
        self.assertFalse(is_content)
        self.assertRegex("\n".join(lines), rf"(?m)^Programs linked to {SONAME} break: ")
        self.assertTrue(self.check(INCLUDE, recorded, "--record")[0])
        self.assertTrue(self.check(INCLUDE, recorded)[0])

    @unittest.skipUnless(sys.platform == "linux", "reads ELF")
    def test_wants_what_is_declared_exported_and_what_is_exported_declared(self):
        planted = plant("abi.h", "MT_API const char *mt_version(void);", "MT_API int mt_planted(void);")
        is_content, lines = self.check(planted, ROOT / "Tests/Lint/abi.txt")
        self.assertFalse(is_content)
        self.assertIn("declared, but not exported: mt_planted", lines)
        self.assertIn("exported, but not declared: mt_version", lines)


if __name__ == "__main__":
    unittest.main()
