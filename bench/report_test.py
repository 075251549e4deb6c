"""Tables of the benchmark: spreads, ratios within a round, replacing only the marked part of a document."""

import os
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import report  # noqa: E402


def point(number, chain, per_second, p50, workload="W1 c=1"):
    return {"round": number, "chain": chain, "workload": workload, "per_second": per_second, "p50": p50, "p99": p50,
            "first_byte_p50": p50, "cpu_ms": 0.5, "errors": 0, "chunks_per_second": None, "chunk_late_p99": None,
            "cpu_us_per_chunk": None}


def stream(number, chain, chunks_per_second):
    return {**point(number, chain, 10, 0.5, "W2 c=1"), "chunks_per_second": chunks_per_second, "cpu_us_per_chunk": 4.5}


POINTS = [point(1, "backend", 9000, 0.1), point(1, "haproxy", 1000, 0.5), point(1, "cocoon", 2000, 0.3),
          point(2, "backend", 9000, 0.1), point(2, "haproxy", 2000, 0.5), point(2, "cocoon", 2000, 0.9)]


class Report(unittest.TestCase):
    def test_spread(self):
        self.assertEqual(report.spread([], 1), "-")
        self.assertEqual(report.spread([2.04], 1), "2.0")
        self.assertEqual(report.spread([3, 1, 2], 1), "2.0 (1.0..3.0)")

    def test_ratios_are_taken_within_a_round(self):
        self.assertEqual(report.ratios_of(POINTS, "W1 c=1", "per_second", "cocoon", "haproxy"), [2.0, 1.0])

    def test_added_latency_leaves_out_the_backend(self):
        found = report.ratios_of(POINTS, "W1 c=1", "p50", "cocoon", "haproxy", "backend")
        self.assertEqual([round(value, 6) for value in found], [0.5, 2.0])

    def test_missing_chains_make_no_ratio(self):
        self.assertEqual(report.ratios_of(POINTS, "W1 c=1", "p50", "cocoon", "nobody"), [])
        self.assertEqual(report.ratios(POINTS, "cocoon", "nobody"), "")

    def test_document_has_a_row_per_workload_and_chain(self):
        text = report.document(POINTS, ["backend", "haproxy", "cocoon"], 2, "2026-01-01")
        self.assertEqual(text.count("| W1 c=1 |"), 4)
        self.assertIn("| W1 c=1 | 1.50 (1.00..2.00) | 1.25 (0.50..2.00) |", text)

    def test_streams_have_a_table_by_chunk(self):
        text = report.document([*POINTS, stream(1, "cocoon", 2000)], ["cocoon"], 1, "2026-01-01")
        self.assertIn("| W2 c=1 | cocoon | 2000 | - | 0.500 | 4.50 | 0 |", text)
        self.assertNotIn("by chunk", report.document(POINTS, ["cocoon"], 1, "2026-01-01"))

    def test_writing_replaces_only_the_marked_part(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "performance.md")
            report.write_into(path, "first\n")
            with open(path, "a", encoding="utf-8") as file:
                file.write("\n## After\n")
            report.write_into(path, "second\n")
            with open(path, encoding="utf-8") as file:
                text = file.read()
        self.assertNotIn("first", text)
        self.assertEqual(text.count(report.BEGIN), 1)
        self.assertIn("second\n", text)
        self.assertTrue(text.endswith("## After\n"))


if __name__ == "__main__":
    unittest.main()
