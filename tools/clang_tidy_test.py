"""A clean result is remembered only as long as nothing that it depends on has changed."""

import tempfile
import unittest
from pathlib import Path

from script import load

clang_tidy = load("clang-tidy")


class ClangTidyTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.source = Path(folder.name) / "src"
        self.source.mkdir()
        self.write("a.cc", '#include "a.h"\n#include <vector>\n')
        self.write("a.h", '#include "b.h"\n')
        self.write("b.h", '#include "a.h"\n')
        self.entry = {"file": str(self.source / "a.cc"), "directory": "/b", "command": "clang a.cc"}

    def write(self, name, text):
        (self.source / name).write_text(text)

    def key(self, setting=b"checks"):
        return clang_tidy.key(self.entry, [self.source], setting)

    def test_every_input_counts(self):
        first = self.key()
        self.assertEqual(first, self.key())
        self.assertNotEqual(first, self.key(b"other checks"))
        self.write("b.h", "// changed, two headers away\n")
        second = self.key()
        self.assertNotEqual(first, second)
        self.entry["command"] += " -DX"
        self.assertNotEqual(second, self.key())

    def test_only_sources_that_ship_are_read(self):
        names = ["a.cc", "a_test.cc", "a_fuzz.cc"]
        entries = [{"file": str(self.source / name)} for name in names] + [{"file": "/elsewhere/b.cc"}]
        self.assertEqual([Path(entry["file"]).name for entry in clang_tidy.chosen(entries, self.source)], ["a.cc"])


if __name__ == "__main__":
    unittest.main()
