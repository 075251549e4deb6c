"""The layer check notices every way around a row, and the table is made from the rows."""

import tempfile
import textwrap
import unittest
from pathlib import Path

from script import load

layers = load("layers")

LEVELS = [["low"], ["mid", "twin"], ["top"]]


class LayersTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.source = Path(folder.name)
        self.write("low/CMakeLists.txt", "cocoon_module(low\n  SOURCES low.cc\n  TESTS low_test.cc)")
        self.write("low/low.h", "")
        self.write("low/low.cc", '#include "low/low.h"\n')
        self.write("low/low_test.cc", "#include <gtest/gtest.h>\n")
        self.write("mid/CMakeLists.txt", "cocoon_module(mid MAY_USE low SOURCES mid.cc)")
        self.write("mid/mid.h", '#include "low/low.h"\n')
        self.write("mid/mid.cc", '#include "mid/mid.h"\n')

    def write(self, name, text):
        path = self.source / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text))

    def problems(self):
        return layers.Checker(self.source, LEVELS).check()

    def assert_problem(self, *words):
        found = self.problems()
        self.assertEqual(len(found), 1, found)
        for word in words:
            self.assertIn(word, found[0])

    def test_a_tree_that_keeps_its_rows_has_no_problems(self):
        self.assertEqual(self.problems(), [])

    def test_an_include_outside_the_row(self):
        self.write("low/low.cc", '#include "mid/mid.h"\n')
        self.assert_problem("low/low.cc", '"mid/mid.h"')

    def test_a_row_may_not_name_a_module_beside_or_above(self):
        self.write("mid/CMakeLists.txt", "cocoon_module(mid MAY_USE low twin SOURCES mid.cc)")
        self.assert_problem("mid (level 1) may not use twin (level 1)")

    def test_a_module_without_a_level(self):
        self.write("odd/CMakeLists.txt", "cocoon_module(odd SOURCES odd.cc)")
        self.assert_problem("odd has no level")

    def test_only_tests_use_test_uses(self):
        self.write("top/CMakeLists.txt",
                   "cocoon_module(top MAY_USE low SOURCES top.cc TESTS top_test.cc TEST_USES mid)")
        self.write("top/top.cc", '#include "low/low.h"\n')
        self.write("top/top_test.cc", '#include "mid/mid.h"\n')
        self.assertEqual(self.problems(), [])
        self.write("top/top.cc", '#include "mid/mid.h"\n')
        self.assert_problem("top/top.cc", "may use only: low")

    def test_logic_may_not_act(self):
        for header in ("thread", "sys/socket.h", "boost/asio/ip/tcp.hpp", "fstream"):
            self.write("low/low.cc", f"#include <{header}>\n")
            self.assert_problem("low/low.cc", f"<{header}>")

    def test_a_heavy_header_stays_inside_its_module(self):
        self.write("low/low.h", "#include <boost/json.hpp>\n")
        self.assert_problem("low/low.h", "header that mid includes")
        self.write("mid/mid.h", "")
        self.assertEqual(self.problems(), [])

    def test_a_heavy_header_is_found_through_another_header(self):
        self.write("low/low.h", '#include "low/inner.h"\n')
        self.write("low/inner.h", "#include <openssl/evp.h>\n")
        self.assert_problem("low/inner.h", "header that mid includes")

    def test_a_source_that_no_target_lists(self):
        self.write("low/stray.cc", "")
        self.assert_problem("low/stray.cc", "no target")

    def test_an_include_that_is_no_file(self):
        self.write("low/low.cc", '#include "low.h"\n')
        self.assert_problem("low/low.cc", "no file of src/")

    def test_comments_in_a_row_do_not_count(self):
        self.write("low/CMakeLists.txt", "cocoon_module(low # MAY_USE mid\n SOURCES low.cc TESTS low_test.cc)")
        self.assertEqual(self.problems(), [])

    def test_the_table_is_written_between_the_markers(self):
        self.write("low/README.md", "# low\n\nWhat every\nmodule shares. More.\n")
        checker = layers.Checker(self.source, LEVELS)
        rows = layers.table(checker)
        self.assertIn("| 0 | [`low`](../src/low/README.md) | What every module shares | – |", rows)
        text = layers.with_table(f"before\n{layers.BEGIN}\nold\n{layers.END}\nafter\n", rows)
        self.assertEqual(text, f"before\n{layers.BEGIN}\n{rows}\n{layers.END}\nafter\n")
        self.assertIsNone(layers.with_table("no markers", rows))


if __name__ == "__main__":
    unittest.main()
