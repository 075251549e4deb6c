#!/usr/bin/env python3
"""Tests of tlgen: numbers, what the parser refuses, and what the emitted C++ contains."""

import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

import tlgen  # noqa: E402
from emit import cpp_type, emit_header, emit_source, pascal  # noqa: E402
from schema import Field, SchemaError, number_of, parse_schema  # noqa: E402

SCHEMA = pathlib.Path(__file__).parents[2] / "schema" / "cocoon.tl"


class Numbers(unittest.TestCase):
    def test_crc_of_the_text(self):
        self.assertEqual(number_of("tcp.query id:long data:bytes = tcp.Packet"), 0x3af51908)

    def test_brackets_and_spaces_do_not_count(self):
        text = "http.request  method:string url:string http_version:string\n headers:(vector http.header) " \
               "payload:bytes = http.Response;"
        self.assertEqual(number_of(text), 0x47492de5)

    def test_explicit_number_wins(self):
        self.assertEqual(number_of("client.params#40fdca64 flags:# = client.Params"), 0x40fdca64)

    def test_flags_are_no_explicit_number(self):
        self.assertEqual(number_of("client.queryAnswerEx request_id:int256 answer:bytes flags:# "
                                   "final_info:flags.0?client.queryFinalInfo = client.QueryAnswerEx"), 0xcd524720)


class Refusals(unittest.TestCase):
    def refuse(self, text, message):
        with self.assertRaisesRegex(SchemaError, message):
            parse_schema(text)

    def test_unreadable(self):
        self.refuse("a.b id:long;", "cannot read definition")
        self.refuse("a.b id = a.B;", "cannot read field")
        self.refuse("a.b id:long = a.b;", "cannot read definition")

    def test_twice(self):
        self.refuse("a.b id:long = a.B; a.b id:int = a.B;", "defined twice")
        self.refuse("a.b#00000001 = a.B; a.c#00000001 = a.B;", "same number as a.b")
        self.refuse("a.b x:int x:int = a.B;", "stands twice")

    def test_unknown_types(self):
        self.refuse("a.b x:a.c = a.B;", "unknown type a.c")
        self.refuse("a.b x:a.C = a.B;", "unknown type a.C")

    def test_flags(self):
        self.refuse("a.b x:flags.0?int flags:# = a.B;", "no # before it")
        self.refuse("a.b flags:int x:flags.0?int = a.B;", "no # before it")
        self.refuse("a.b flags:# x:flags.32?int = a.B;", "above 31")

    def test_containing_itself(self):
        self.refuse("a.b x:a.c = a.B; a.c x:a.b = a.C;", "contains itself")

    def test_vectors(self):
        self.refuse("a.b = a.B; a.c x:(vector a.b) = a.C;", "without a size")
        self.refuse("a.b x:(vector Bool) = a.B;", "not supported")
        self.refuse("a.b flags:# x:flags.0?(vector int) = a.B;", "(not supported|cannot read)")


class Emission(unittest.TestCase):
    def test_names(self):
        self.assertEqual(pascal("client.runQueryEx"), "ClientRunQueryEx")
        self.assertEqual(pascal("is_test"), "IsTest")

    def test_types(self):
        self.assertEqual(cpp_type(Field("x", "int256")), "base::Bits256")
        self.assertEqual(cpp_type(Field("x", "proxy.SignedPayment")), "AnyProxySignedPayment")
        self.assertEqual(cpp_type(Field("x", "http.header", is_vector=True)), "std::vector<HttpHeader>")

    def test_definitions_stand_before_their_users(self):
        schema = parse_schema("a.user x:a.used y:a.Sum = a.User; a.used z:int = a.Used; a.one = a.Sum; a.two = a.Sum;")
        header = emit_header(schema)
        self.assertLess(header.index("struct AUsed"), header.index("struct AUser"))
        self.assertLess(header.index("using AnyASum"), header.index("struct AUser"))
        self.assertIn("using AnyASum = std::variant<\n    AOne,\n    ATwo>;", header)

    def test_optional_fields_are_guarded(self):
        header = emit_header(parse_schema("a.b flags:# x:flags.3?long = a.B;"))
        self.assertIn("static constexpr std::uint32_t kHasX = 1U << 3U;", header)
        self.assertIn("if ((self.flags & kHasX) != 0) visit(self.x);", header)
        self.assertIn("kMinSize = 4;", header)

    def test_functions_are_no_choice_of_their_result(self):
        schema = parse_schema("---types---\na.b = a.B; a.c = a.B;\n---functions---\na.get = a.B;")
        self.assertEqual([option.name for option in schema.sums["a.B"]], ["a.b", "a.c"])

    def test_bytes_are_compared_by_content(self):
        self.assertIn("std::ranges::equal(a.x, b.x)", emit_source(parse_schema("a.b x:bytes = a.B;")))


class Program(unittest.TestCase):
    def test_makes_both_files_of_our_schema(self):
        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual(tlgen.main([str(SCHEMA), folder]), 0)
            self.assertIn("struct ClientRunQueryEx {", (pathlib.Path(folder) / "types.h").read_text())
            self.assertIn("case ClientRunQueryEx::kId:", (pathlib.Path(folder) / "types.cc").read_text())

    def test_says_what_is_wrong(self):
        with tempfile.TemporaryDirectory() as folder:
            bad = pathlib.Path(folder) / "bad.tl"
            bad.write_text("a.b x:nothing = a.B;")
            self.assertEqual(tlgen.main([str(bad), folder]), 1)
            self.assertFalse((pathlib.Path(folder) / "types.h").exists())


if __name__ == "__main__":
    unittest.main()
