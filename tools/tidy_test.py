"""Each rule of style finds what it is for and leaves alone what it is not for."""

import unittest

from script import load

tidy = load("tidy")

HEAD = "// A file for a test.\n"


def found(name, text):
    return [problem.split("[")[1].rstrip("]") for problem in tidy.check(tidy.File(name, text))]


def lines(count):
    return "  step();\n" * count


class TidyTest(unittest.TestCase):
    def test_a_long_file(self):
        self.assertEqual(found("src/a.cc", HEAD + "int a;\n" * 799), [])
        self.assertEqual(found("src/a.cc", HEAD + "int a;\n" * 800), ["file-length"])

    def test_function_lengths_in_every_place_a_function_stands(self):
        for before, after in (("void f() {\n", "}\n"),
                              ("namespace a {\nclass B {\n public:\n  int g() const {\n", "}\n};\n}\n"),
                              ("template <class T>\nauto h(T t) -> int {\n", "}\n"),
                              ("B::B(int a)\n    : a_(a), b_{1} {\n", "}\n")):
            self.assertEqual(found("src/a.cc", HEAD + before + lines(60) + after), [], before)
            self.assertEqual(found("src/a.cc", HEAD + before + lines(75) + after), ["function-length"], before)

    def test_blocks_tables_and_types_are_no_functions(self):
        table = "constexpr int kTable[] = {\n" + "  1,\n" * 100 + "};\n"
        record = "struct Record {\n" + "  int a;\n" * 100 + "};\n"
        enumeration = "enum class Kind : int {\n" + "  A,\n" * 100 + "};\n"
        self.assertEqual(found("src/a.cc", HEAD + table + record + enumeration), [])

    def test_braces_in_strings_and_comments_do_not_count(self):
        body = 'void f() {\n  put("}{", \'{\', R"({ " )");  // {\n}\n' + "void g() {\n" + lines(60) + "}\n"
        self.assertEqual(found("src/a.cc", HEAD + body), [])

    def test_python_functions(self):
        self.assertEqual(found("tools/a.py", '"""A."""\ndef f():\n' + "    pass\n" * 75), ["function-length"])

    def test_missing_header_paragraph(self):
        self.assertEqual(found("src/a.cc", "int a;\n"), ["header-paragraph"])
        self.assertEqual(found("tools/a.py", "a = 1\n"), ["header-paragraph"])
        self.assertEqual(found("tools/a.sh", "a=1\n"), ["header-paragraph"])
        self.assertEqual(found("docs/a.md", "text\n"), [])

    def test_headers_are_guarded_once(self):
        self.assertEqual(found("src/a.h", HEAD + "int a();\n"), ["pragma-once"])

    def test_banned_names(self):
        self.assertEqual(found("src/a.cc", HEAD + "class PeerManager;\nstruct Impl;\n"), ["banned-names"] * 2)
        self.assertEqual(found("src/string_utils.cc", HEAD), ["banned-names"])
        self.assertEqual(found("src/a.cc", HEAD + "struct Information;\n// a Manager\n"), [])

    def test_banned_words(self):
        self.assertEqual(found("src/a.cc", HEAD + "assert(a);\nint* p = NULL;\n"), ["banned-words"] * 2)
        self.assertEqual(found("src/a.cc", HEAD + 'static_assert(a);\nput("assert(");\nA(const A&) = delete;\n'), [])

    def test_clocks_only_where_code_may_act(self):
        code = HEAD + "auto now = std::chrono::steady_clock::now();\n"
        self.assertEqual(found("src/proxy/a.cc", code), ["clocks"])
        self.assertEqual(found("src/io/a.cc", code), [])
        self.assertEqual(found("src/proxy/a.cc", HEAD + "auto t = time(nullptr);\n"), ["clocks"])
        self.assertEqual(found("src/proxy/a.cc", HEAD + "auto t = deadline_time(a);\n"), [])
        self.assertEqual(found("src/proxy/a.cc", HEAD + "std::random_device d;\n"), ["clocks"])
        self.assertEqual(found("src/proxy/a_test.cc", HEAD + "std::random_device d;\n"), [])

    def test_tests_do_not_sleep_or_hide(self):
        self.assertEqual(found("src/a_test.cc", HEAD + "std::this_thread::sleep_for(1s);\n"), ["sleeping-tests"])
        self.assertEqual(found("src/a_test.cc", HEAD + "TEST(A, DISABLED_b) {}\n"), ["skipped-tests"])

    def test_boolean_parameters(self):
        head = HEAD + "#pragma once\n"
        self.assertEqual(found("src/a.h", head + "void run(int a, bool fast);\n"), ["boolean-parameters"])
        self.assertEqual(found("src/a.h", head + "void store_bit(bool bit);\nbool ready() const;\n"), [])

    def test_unfinished_work(self):
        self.assertEqual(found("docs/a.md", "TO" + "DO: write\n"), ["unfinished"])

    def test_references_to_places_outside(self):
        self.assertEqual(found("docs/a.md", "see .." + "/shared/facts\n"), ["outside-references"])
        self.assertEqual(found("a.json", '"https://registry.' + 'npmjs.org/a"\n'), ["outside-references"])
        self.assertEqual(found("a.txt", "http://deb." + "debian.org/debian\n"), ["outside-references"])
        self.assertEqual(found("docs/a.md", "the work/life of a shared/exclusive lock\n"), [])

    def test_a_reason_lifts_a_rule_and_silence_does_not(self):
        code = HEAD + "{0}struct KeyManager;\n"
        self.assertEqual(found("src/a.cc", code.format("// tidy: banned-names: the network's own word\n")), [])
        self.assertEqual(found("src/a.cc", code.format("// tidy: banned-names:\n")), ["banned-names"])
        self.assertEqual(found("src/a.cc", code.format("// tidy: clocks: wrong rule\n")), ["banned-names"])


if __name__ == "__main__":
    unittest.main()
