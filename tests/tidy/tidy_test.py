#!/usr/bin/env python3
"""Each check of tidy.py is seen to find what breaks its rule, and to leave alone what keeps it."""

import os
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import cpp_checks  # noqa: E402
import project_checks  # noqa: E402
import source_tree  # noqa: E402
import text_checks  # noqa: E402

HEADER = "// What it is for.\n#pragma once\n"


def find(check, files):
    """What `check` says of a tree of these files, a line each."""
    return [f"{path}:{line}: error: {what}" for path, line, what in check(source_tree.Tree(files))]


class TidyTest(unittest.TestCase):
    def assert_finds(self, check, files, *expected):
        """`check` finds as many things as are expected; each finding begins as expected."""
        found = find(check, files)
        self.assertEqual(len(found), len(expected), found)
        for line, want in zip(found, expected):
            self.assertTrue(line.startswith(want), f"got {line!r}, want {want!r}")

    def assert_quiet(self, check, files):
        self.assert_finds(check, files)


class IncludesTest(TidyTest):
    def includes(self, path, include, *expected):
        self.assert_finds(cpp_checks.check_includes, {path: f"\n#include {include}\n"}, *expected)

    def test_a_folder_includes_only_what_the_table_allows(self):
        for path, include in [
                ("base/a.h", '"domain/limits.h"'), ("base/a.h", '"trellis/v1/events.pb.h"'),
                ("domain/a.cc", '"eventstore/event_log.h"'), ("domain/a.cc", '"rendering/form.h"'),
                ("eventstore/a.h", '"trellis/v1/events.pb.h"'), ("eventstore/a.h", '"domain/a.h"'),
                ("projections/a.cc", '"services/caller.h"'),
                ("rendering/a.cc", '"domain/dates.h"'), ("clients/a.cc", '"domain/validate.h"'),
                ("services/a.cc", '"tests/support/fake.h"'), ("services/a.cc", '"clients/a.h"')]:
            folder = path.split("/")[0]
            self.includes(path, include, f"{path}:2: error: {folder}/ may not include {include}")

    def test_what_the_table_allows_is_taken(self):
        for path, include in [
                ("base/a.cc", '"google/rpc/error_details.pb.h"'), ("domain/a.h", '"base/uuid.h"'),
                ("domain/a.h", '"trellis/v1/events.pb.h"'), ("eventstore/a.cc", "<rocksdb/db.h>"),
                ("projections/a.cc", '"domain/codec.h"'), ("services/a.cc", '"rendering/form.h"'),
                ("tests/a.cc", '"services/server.h"'), ("clients/a.cc", "<grpcpp/grpcpp.h>")]:
            self.includes(path, include)

    def test_libraries_belong_to_some_folders(self):
        for path, include in [("services/a.cc", "rocksdb/db.h"), ("domain/a.cc", "rocksdb/db.h"),
                              ("projections/a.cc", "grpcpp/grpcpp.h"),
                              ("queue/a.cc", "httplib.h")]:
            folder = path.split("/")[0]
            self.includes(path, f"<{include}>",
                          f"{path}:2: error: {folder}/ may not include <{include}>; allowed in: ")

    def test_the_domain_is_pure(self):
        for include in ["<random>", "<chrono>", '"base/log.h"', '"absl/time/clock.h"']:
            self.includes("domain/a.cc", include,
                          f"domain/a.cc:2: error: domain/ may not include <{include[1:-1]}>: ")
        self.assert_finds(cpp_checks.check_domain_has_no_clock,
                          {"domain/a.h": "void F(const Clock& clock);\n"},
                          "domain/a.h:1: error: domain/ has no clock")

    def test_a_new_folder_wants_a_row(self):
        self.assert_finds(cpp_checks.check_includes, {"attic/a.cc": ""},
                          "attic/a.cc:1: error: folder attic/ is in no include table")


class SizesTest(TidyTest):
    def test_files_have_limits(self):
        self.assert_finds(cpp_checks.check_sizes, {"base/a.h": "\n" * 251},
                          "base/a.h:251: error: 251 lines, limit 250")
        self.assert_finds(cpp_checks.check_sizes, {"base/a.cc": "\n" * 601},
                          "base/a.cc:601: error: 601 lines, limit 600")
        self.assert_quiet(cpp_checks.check_sizes,
                          {"base/a.h": "\n" * 250, "base/a.cc": "\n" * 600})

    def test_long_headers_are_warned_of(self):
        self.assert_finds(cpp_checks.warn_of_long_headers, {"base/a.h": "\n" * 101},
                          "base/a.h:101: error: 101 lines, advised 100")

    def test_functions_have_a_limit(self):
        body = "  Step();\n" * 69
        text = f"namespace a {{\n\nvoid C::Long(int x,\n    int y) const {{\n{body}}}\n}}\n"
        self.assert_finds(cpp_checks.check_sizes, {"base/a.cc": text},
                          "base/a.cc:3: error: C::Long has 72 lines, limit 70")
        self.assert_quiet(cpp_checks.check_sizes,
                          {"base/a.cc": "void F() {\n" + "  Step();\n" * 68 + "}\n"})

    def test_the_heuristic_knows_what_a_function_is(self):
        text = """
namespace trellis {
struct Options {
  int limit = 3;
  std::vector<int> sizes{1, 2};
};
template <typename T>
class Box final : public Base<T> {
 public:
  explicit Box(int size) : size_{size}, other_(size) {
    for (;;) { F("}"); }
  }
  int size() const { return size_; }
};
constexpr int kTable[] = {1,
                          2};
TEST_F(BoxTest, Holds) {
  F([](int x) { return x; });
}
}  // namespace trellis
"""
        names = [name for _, _, _, name in
                 cpp_checks.functions(source_tree.Tree({"base/a.cc": text}))]
        self.assertIn("TEST_F(BoxTest, Holds)", names)
        self.assertIn("size", names)
        self.assertNotIn("kTable", " ".join(names))


class CallsTest(TidyTest):
    def calls(self, path, code, *expected):
        self.assert_finds(cpp_checks.check_calls, {path: code + "\n"}, *expected)

    def test_clocks_chance_and_sleep_have_their_places(self):
        for code, what in [
                ("absl::Now();", "absl::Now"),
                ("std::chrono::steady_clock::now();", "a clock of std::chrono"),
                ("std::chrono::system_clock::now();", "a clock of std::chrono"),
                ("int x = rand();", "rand()"), ("std::random_device d;", "std::random_device"),
                ("return time(nullptr);", "time()"),
                ("absl::SleepFor(x);", "sleep"), ("std::this_thread::sleep_for(x);", "sleep"),
                ("usleep(3);", "sleep")]:
            self.calls("services/a.cc", code, f"services/a.cc:1: error: {what}")

    def test_exceptions_are_taken_where_they_are_listed(self):
        self.calls("base/clock.h", "absl::Now();")
        self.calls("services/server.cc", "std::chrono::system_clock::now();")
        self.calls("tests/a_test.cc", "std::random_device d;")
        self.calls("tests/a_test.cc", "absl::SleepFor(x);", "tests/a_test.cc:1: error: sleep")

    def test_comments_and_texts_are_no_calls(self):
        self.calls("services/a.cc", '// absl::Now() is not used.\nF("absl::Now()", \'"\');')
        self.calls("services/a.cc", 'F(R"(sleep(1))"); /* rand() */')

    def test_string_views_are_abseils(self):
        self.assert_finds(cpp_checks.check_string_views,
                          {"base/a.h": "\nvoid F(std::string_view text);\n"},
                          "base/a.h:2: error: std::string_view does not mix")
        self.assert_quiet(cpp_checks.check_string_views,
                          {"base/a.h": "void F(absl::string_view text);  // std::string_view\n"})

    def test_a_switch_over_kinds_has_no_default(self):
        text = ("switch (event.kind_case()) {\n  case A: {\n    break;\n  }\n  default:\n"
                "    break;\n}\n")
        self.assert_finds(cpp_checks.check_switches, {"domain/a.cc": text},
                          "domain/a.cc:5: error: a switch over the kinds of a oneof has a default")
        self.assert_quiet(cpp_checks.check_switches, {
            "domain/a.cc": "switch (e.kind_case()) {\n case A: switch (x) { default: F(); }\n}\n"
                           "switch (status.code()) {\n default: F();\n}\n"})

    def test_headers_begin_with_a_comment(self):
        self.assert_quiet(cpp_checks.check_headers, {"base/a.h": HEADER})
        self.assert_finds(cpp_checks.check_headers, {"base/a.h": "#pragma once\nint x;\n"},
                          "base/a.h:1: error: does not start with a comment",
                          "base/a.h:1: error: has no #pragma once")
        self.assert_finds(cpp_checks.check_headers, {"proto/a.proto": 'syntax = "proto3";\n'},
                          "proto/a.proto:1: error: does not start with a comment")


class TextTest(TidyTest):
    def test_lines(self):
        self.assert_finds(text_checks.check_lines, {"base/a.cc": "\tint x;\n"},
                          "base/a.cc:1: error: tab")
        self.assert_finds(text_checks.check_lines, {"docs/a.md": "word \n"},
                          "docs/a.md:1: error: blanks at the end")
        self.assert_finds(text_checks.check_lines, {"base/a.cc": "x\r\n"},
                          "base/a.cc:1: error: carriage")
        self.assert_finds(text_checks.check_lines, {"CMakeLists.txt": "x" * 101 + "\n"},
                          "CMakeLists.txt:1: error: 101 columns, limit 100")

    def test_what_may_be_wide(self):
        wide = "x" * 101
        self.assert_quiet(text_checks.check_lines, {
            "docs/a.md": f"| {wide} |\nhttps://example.org/{wide}\n",
            "tests/rendering/golden/a.txt": f"{wide} \n", "deploy/a.txtpb": f"{wide}\n",
            "base/a.cc": "“" * 100 + "\n"})
        self.assert_finds(text_checks.check_lines, {"docs/a.md": f"{wide}\n"},
                          "docs/a.md:1: error: 101 columns")

    def test_ends(self):
        self.assert_finds(text_checks.check_ends, {"base/a.cc": "x"},
                          "base/a.cc:1: error: does not end with a line feed")
        self.assert_finds(text_checks.check_ends, {"base/a.cc": "x\n\n"},
                          "base/a.cc:2: error: ends with an empty line")
        self.assert_quiet(text_checks.check_ends, {"base/a.cc": "x\n"})

    def test_what_is_left_for_later_has_a_number(self):
        for word in ["TO" "DO", "FIX" "ME", "XX" "X"]:
            self.assert_finds(text_checks.check_placeholders,
                              {"base/a.cc": f"\n// {word}: more.\n"},
                              f"base/a.cc:2: error: {word} without the number of an issue")
        self.assert_quiet(text_checks.check_placeholders, {"base/a.cc": "// TO" "DO(#12): more.\n"})

    def test_paths_of_one_machine(self):
        for path in ["/ho" "me/x/y", "/wo" "rk/x", "/Us" "ers/x", "/ro" "ot/.x"]:
            self.assert_finds(text_checks.check_paths, {"docs/a.md": f"See {path}.\n"},
                              "docs/a.md:1: error: absolute path of somebody's")
        self.assert_quiet(text_checks.check_paths, {"docs/a.md": "a/wo" "rk/x, /usr/share/x\n"})


class ProjectTest(TidyTest):
    def test_cmake_knows_every_source(self):
        files = {"CMakeLists.txt": "", "base/CMakeLists.txt": "SRCS a.cc gone.cc  # b.cc\n",
                 "base/a.cc": "", "base/b.cc": "", "tests/CMakeLists.txt": "",
                 "tests/b_test.cc": "", "tests/fake.h": ""}
        self.assert_finds(
            project_checks.check_cmake_lists, files,
            "base/CMakeLists.txt:1: error: lists base/gone.cc, which does not exist",
            "base/b.cc:1: error: no CMakeLists.txt lists the file",
            "tests/b_test.cc:1: error: no CMakeLists.txt registers the test")
        self.assert_quiet(project_checks.check_cmake_lists, {
            "tests/CMakeLists.txt": "a.cc ${CMAKE_SOURCE_DIR}/base/b.cc ${out}/c.pb.cc sub/d.cc",
            "tests/a.cc": "", "base/b.cc": "", "tests/sub/d.cc": ""})

    def test_every_folder_is_built(self):
        files = {"CMakeLists.txt": "add_subdirectory(base)\n# add_subdirectory(tests)\n",
                 "base/CMakeLists.txt": "", "tests/CMakeLists.txt": ""}
        self.assert_finds(project_checks.check_folders_are_built, files,
                          "tests/CMakeLists.txt:1: error: no add_subdirectory() leads here")
        self.assert_quiet(project_checks.check_folders_are_built, {
            "CMakeLists.txt": "add_subdirectory(tests)", "tests/support/CMakeLists.txt": "",
            "tests/CMakeLists.txt": "add_subdirectory(${CMAKE_SOURCE_DIR}/tests/support support)"})

    def test_tests_in_python_are_registered(self):
        files = {"tests/CMakeLists.txt": "add_test(a_test.py)", "tests/a_test.py": "",
                 "tests/b_test.py": ""}
        self.assert_finds(project_checks.check_python_tests, files,
                          "tests/b_test.py:1: error: no CMakeLists.txt registers the test")

    def test_the_readme_lists_the_folders(self):
        files = {"README.md": "| `base/` | x |\n| `queue/` | y |\n", "base/a.h": "",
                 "docs/a.md": ""}
        self.assert_finds(project_checks.check_readme, files,
                          "README.md:2: error: lists folder queue/",
                          "README.md:1: error: does not list folder docs/")
        self.assert_finds(project_checks.check_readme, {"base/a.h": ""},
                          "README.md:1: error: does not exist")

    def test_documents_are_short(self):
        self.assert_finds(project_checks.check_documents, {"docs/a.md": "x\n" * 201},
                          "docs/a.md:201: error: 201 lines, limit 200")
        title = "# 0001. The log is one file\n"
        self.assert_finds(project_checks.check_documents,
                          {"docs/decisions/0001-log.md": title + "x\n" * 40},
                          "docs/decisions/0001-log.md:41: error: 41 lines, limit 40")
        self.assert_finds(project_checks.check_documents, {"docs/decisions/a.md": "# Log\n"},
                          "docs/decisions/a.md:1: error: has no title")
        self.assert_quiet(project_checks.check_documents, {"docs/decisions/0001-log.md": title})

    def test_links_lead_somewhere(self):
        files = {"README.md":
                     "[a](docs/a.md) [b](docs/b.md#x) [c](https://x.org) [d](docs/) `[](e)`",
                 "docs/a.md": "[r](../README.md)"}
        self.assert_finds(project_checks.check_links, files,
                          "README.md:1: error: links to docs/b.md, which is not there")

    def test_reasons_are_documented(self):
        files = {"domain/a.cc": 'F("PLAN_CLOSED");\nG("PLAN_PAUSED");  // "PLAN_LOST"\n',
                 "services/a.cc": 'F("TRELLIS_DATA");', "clients/a.cc": 'F("OUTPUT_LOST");',
                 "docs/clients.md": "| `PLAN_CLOSED` | x |\n| `PLAN_GONE` | y |\n"}
        self.assert_finds(project_checks.check_reasons, files,
                          "domain/a.cc:2: error: reason PLAN_PAUSED is not in docs/clients.md",
                          "docs/clients.md:2: error: reason PLAN_GONE is nowhere in the code")
        self.assert_finds(project_checks.check_reasons, {"domain/a.cc": ""},
                          "docs/clients.md:1: error: does not exist")


class EveryCheckTest(unittest.TestCase):
    def test_every_check_is_tested_here(self):
        with open(os.path.abspath(__file__), encoding="utf-8") as file:
            text = file.read()
        for module in (cpp_checks, text_checks, project_checks):
            for check in module.CHECKS:
                self.assertIn(f"{module.__name__}.{check.__name__}", text)


if __name__ == "__main__":
    unittest.main()
