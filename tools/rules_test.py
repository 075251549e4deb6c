"""Rules and citations are held together in both directions."""

import unittest

from script import load

rules = load("rules")


class RulesTest(unittest.TestCase):
    def test_defined_once_and_cited(self):
        text = "# Frames\n\n**[WIRE-1]** A frame.\n- [WIRE-2] More, see [WIRE-1].\n| [WIRE-3] | a row |\n"
        code = "// [WIRE-1] [WIRE-2]\n// as [WIRE-3] says\n"
        self.assertEqual(rules.problems({"docs/protocol/a.md": text}, {"src/a.cc": code}), [])

    def test_a_citation_of_nothing(self):
        (problem,) = rules.problems({}, {"src/a.cc": "\n// [WIRE-9]\n"})
        self.assertIn("src/a.cc:2", problem)

    def test_a_document_that_refers_to_nothing(self):
        (problem,) = rules.problems({"docs/protocol/a.md": "text says [SEAL-4]\n"}, {})
        self.assertIn("[SEAL-4] is defined nowhere", problem)

    def test_a_rule_nobody_keeps(self):
        (problem,) = rules.problems({"docs/protocol/a.md": "[WIRE-1] A frame.\n"}, {})
        self.assertIn("no code or test cites [WIRE-1]", problem)

    def test_a_rule_defined_twice(self):
        documents = {"docs/protocol/a.md": "[WIRE-1] A frame.\n\n[WIRE-1] Another.\n"}
        (problem,) = rules.problems(documents, {"src/a.cc": "// [WIRE-1]\n"})
        self.assertIn("docs/protocol/a.md:3", problem)

    def test_what_is_no_rule(self):
        self.assertEqual(rules.problems({}, {"src/a.cc": "a[N-1], [utf-8], [X-1]\n"}), [])


if __name__ == "__main__":
    unittest.main()
