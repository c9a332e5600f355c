"""The guide's C: each block of it compiles, and does not differ from the README's where it is the same program."""
import re
import unittest

import stranger
from support import ROOT, code_block, run

INCLUDES = "".join(f"#include <{name}.h>\n" for name in ("martlet", "stdio", "stdlib"))
PAGES = sorted((ROOT / "CCore/docs").glob("*.md"))


def blocks(page):
    return re.findall(r"^```c\n(.*?)^```$", page.read_text(), re.M | re.S)


class Guide(unittest.TestCase):
    def test_each_block_compiles(self):
        for page in PAGES:
            for number, block in enumerate(blocks(page), 1):
                with self.subTest(page=page.name, block=number):
                    file = stranger.place(f"{page.stem}-{number}.c")
                    file.write_text(INCLUDES + block)
                    run("cc", "-std=c11", *stranger.STRICT, "-Wno-unused-function", "-fsyntax-only",
                        f"-I{ROOT}/CCore/include", file)

    def test_begins_with_the_program_of_the_readme(self):
        squeeze = lambda text: " ".join(text.split())
        self.assertEqual(squeeze(blocks(ROOT / "CCore/docs/hello.md")[0]), squeeze(code_block("c")))


if __name__ == "__main__":
    unittest.main()
