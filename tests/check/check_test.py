"""Each checker finds a planted violation, and lets pass what is right."""

import json
import os
import subprocess
import tempfile
import time
import unittest

import clang
import cmake_names
import count_tests
import crash_cases
import fault_cases
import includes
import links
import promises
import sizes
import tree
from repository import Repository


class Planted(unittest.TestCase):
    def repository(self, files):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        subprocess.run(["git", "init", "-q", folder.name], check=True)
        for name, text in files.items():
            path = os.path.join(folder.name, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as opened:
                opened.write(text)
        return Repository(folder.name)

    def assert_found(self, problems, *parts):
        """One problem for each part, and no other."""
        self.assertEqual(len(problems), len(parts), problems)
        for part in parts:
            self.assertTrue(any(part in problem for problem in problems), (part, problems))


class Includes(Planted):
    def include(self, file, name):
        files = {target: "" for target in (
            "schema/a.h", "schema/include/linedb/value.h", "wal/a.h", "engine/a.h",
            "engine/include/linedb/table.h", "engine/storage/a.h", "engine/index/a.h",
            "engine/batch/a.h", "engine/query/a.h", "engine/repair/a.h", "tools/dbtool/a.h",
            "tools/bridges/x/a.h", "tests/a.h", "examples/x/a.h")}
        files[file] = f'#include "{name}"\n'
        return includes.check(self.repository(files))

    def test_rows(self):
        rows = (
            # the including file, what it includes, whether it may
            ("engine/storage/b.cc", "schema/a.h", True),
            ("engine/storage/b.cc", "linedb/value.h", True),
            ("engine/index/b.cc", "engine/storage/a.h", True),
            ("engine/b.cc", "engine/repair/a.h", True),
            ("engine/b.cc", "engine/a.h", True),
            ("engine/storage/b.cc", "engine/index/a.h", False),
            ("engine/b.cc", "engine/query/a.h", False),
            ("engine/query/b.cc", "engine/a.h", True),
            ("engine/session/b.cc", "engine/batch/a.h", False),
            ("engine/storage/b.cc", "engine/a.h", False),
            ("engine/strange/b.cc", "engine/a.h", False),
            ("schema/b.cc", "linedb/value.h", True),
            ("schema/b.cc", "schema/include/linedb/value.h", False),
            ("schema/b.cc", "wal/a.h", False),
            ("wal/b.cc", "linedb/value.h", False),
            ("wal/b.cc", "engine/a.h", False),
            ("schema/b.cc", "linedb/table.h", False),
            ("engine/include/linedb/b.h", "linedb/value.h", True),
            ("engine/include/linedb/b.h", "engine/a.h", False),
            ("schema/include/linedb/b.h", "linedb/table.h", False),
            ("tools/dbtool/b.cc", "engine/a.h", True),
            ("tools/dbtool/b.cc", "tests/a.h", False),
            ("tests/b.cc", "wal/a.h", True),
            ("tests/b.cc", "tests/a.h", True),
            ("tests/b.cc", "tools/dbtool/a.h", False),
            ("tests/ui/b.cc", "tools/dbtool/a.h", True),
            ("tests/sql/b.cc", "tools/bridges/x/a.h", True),
            ("tools/dbtool/b.cc", "tools/bridges/x/a.h", True),
            ("tools/bridges/x/b.cc", "tools/bridges/x/a.h", True),
            ("tools/bridges/x/b.cc", "engine/a.h", True),
            ("tools/bridges/x/b.cc", "tools/dbtool/a.h", False),
            ("tools/bridges/y/b.cc", "tools/bridges/x/a.h", False),
            ("tools/bridges/sqlite/b.cc", "sqlite3.h", True),
            ("tools/dbtool/b.cc", "sqlite3.h", False),
            ("engine/b.cc", "sqlite3.h", False),
            ("tests/b.cc", "sqlite3.h", True),
            ("engine/b.cc", "CLI/App.hpp", False),
            ("tests/wal/b.cc", "linedb/value.h", False),
            ("examples/x/b.cc", "linedb/table.h", True),
            ("examples/x/b.cc", "a.h", True),
            ("examples/y/b.cc", "examples/x/a.h", False),
            ("examples/x/b.cc", "engine/a.h", False),
            ("engine/b.cc", "a.h", False),
            ("engine/b.cc", "absl/status/status.h", True),
            ("engine/b.cc", "absl/synchronization/mutex.h", False),
        )
        for file, name, may in rows:
            with self.subTest(file=file, name=name):
                self.assertEqual(self.include(file, name) == [], may)

    def test_finds_a_library_that_is_kept_to_other_folders_in_brackets(self):
        files = {"engine/b.cc": "\n#include <sqlite3.h>\n", "tools/bridges/sqlite/b.cc":
                 "#include <sqlite3.h>\n#include <span>\n"}
        self.assert_found(includes.check(self.repository(files)), "engine/b.cc:2: sqlite3.h")


class Sizes(Planted):
    def body(self, lines):
        return "".join(f"  Step({i});\n" for i in range(lines))

    def check(self, text):
        return sizes.check(self.repository({"engine/a.cc": text}), [])

    def test_finds_a_long_function_wherever_it_stands(self):
        for head, foot in (("void F(int x) {\n", "}\n"),
                           ("namespace a {\nclass B {\n  int F() const override {\n", "}\n};\n}\n"),
                           ("B::B(int x) : a_(x), b_{2} {\n", "}\n"),
                           ("template <class T>\nabsl::Status F(const T& x = {}) {\n", "}\n"),
                           ("TEST(A, B) {\n  auto f = [] { return 1; };\n  if (x) {\n", "  }\n}\n")):
            with self.subTest(head=head):
                self.assert_found(self.check(head + self.body(70) + foot), "at most 70")

    def test_lets_pass_what_is_long_but_no_function(self):
        for head, foot in (("namespace a {\n", "}\n"), ("struct A {\n", "};\n"),
                           ("constexpr Row kRows[] = {\n", "};\n"),
                           ('const char* kText = R"({\n', ')";\n'), ("enum class E : int {\n", "};\n"),
                           ("void F() {}\n/* void G() {\n", "*/\n"),
                           ("void F() {\n" + self.body(68) + "}\nvoid G() {\n", "}\n")):
            with self.subTest(head=head):
                self.assert_found(self.check(head + self.body(68) + foot))

    def test_finds_long_files(self):
        notes = []
        repository = self.repository({"wal/a.cc": "\n" * 801, "wal/b.cc": "\n" * 401})
        self.assert_found(sizes.check(repository, notes), "801 lines")
        self.assert_found(notes, "401 lines")


class CmakeNames(Planted):
    def test_finds_what_is_not_named_and_what_is_not_there(self):
        problems = cmake_names.check(self.repository({
            "wal/CMakeLists.txt": "add_library(wal a.cc gone.cc)  # c.cc\nFILE( GLOB all *.cc)\n",
            "wal/a.cc": "", "wal/c.cc": "", "tests/x/wrong.cc": "", "tests/x/case.cc": "",
            "tests/CMakeLists.txt": "foreach(name IN ITEMS x/case)\n"
                                    "add_executable(b ${PROJECT_SOURCE_DIR}/tests/b.cc)\n",
            "tests/b.cc": ""}))
        self.assert_found(problems, "GLOB", "gone.cc", "wal/c.cc", "tests/x/wrong.cc")


class Tree(Planted):
    def test_finds_strangers_at_the_top_and_paths_of_one_machine(self):
        problems = tree.check(self.repository({
            "notes.txt": "", "README.md": "see https://example.org/work and and/or/work, /rooted\n",
            ".clang-format": "", "wal/a.cc": "// in /ro" + "ot/linedb\n",
            "wal/b.cc": '"/wo' + 'rk/main"\n', "wal/c.cc": "// /ho" + "me/alice/db\n"}))
        self.assert_found(problems, "notes.txt", "wal/a.cc:1", "wal/b.cc:1", "wal/c.cc:1")


class Links(Planted):
    def test_finds_missing_files_and_headings(self):
        problems = links.check(self.repository({
            "README.md": "# One `two`\n[a](wal/FORMAT.md) [b](wal/GONE.md) [c](#one-two) [d](#no)\n"
                         "`[e](x.md)` [f](https://example.org)\n```\n[g](y.md)\n```\n"
                         "[h](wal/FORMAT.md#the-log) [i](wal/FORMAT.md#gone)\n",
            "wal/FORMAT.md": "## The log\n[up](../README.md)\n"}))
        self.assert_found(problems, "GONE.md", "#no", "#gone")


class Promises(Planted):
    def test_finds_promises_without_a_test_and_tests_without_a_promise(self):
        problems = promises.check(self.repository({
            "wal/FORMAT.md": "Kept [wal-7.3], not kept [wal-7.31], see [utf-8].\n",
            "tests/wal/a_test.cc": "// [wal-7.3] and [wal-9]\n"}))
        self.assert_found(problems, "[wal-7.31]", "[wal-9]")

    def test_knows_the_promises_that_a_document_lists(self):
        problems = promises.check(self.repository({
            "tools/dbtool/README.md": "- [cli-1] Shown.\n- [cli-2] Not shown.\n\nAs [cli-7] says.\n",
            "engine/DESIGN.md": "- [package-1] Not shown.\n\nSee [wal-3] and - [none-1] here.\n",
            "tests/dbtool/a_test.cc": "// [cli-1] and [cli-24]\n"}))
        self.assert_found(problems, "[cli-2]", "[cli-24]", "[package-1]")

    def test_finds_two_documents_that_promise_under_one_name(self):
        problems = promises.check(self.repository({
            "wal/FORMAT.md": "[wal-1]\n", "engine/DESIGN.md": "- [wal-2] Too.\n",
            "tests/wal/a_test.cc": "// wal-1 and wal-2\n"}))
        self.assert_found(problems, "engine/DESIGN.md and wal/FORMAT.md")


class Clang(Planted):
    def test_finds_unformatted_code(self):
        repository = self.repository({".clang-format": "BasedOnStyle: Google\n",
                                      "wal/a.cc": "int  a ;\n", "wal/b.cc": "int b;\n"})
        self.assert_found(clang.format_problems(repository), "wal/a.cc:1")

    def commands(self, repository, folder, names, flags):
        """A compile_commands.json in `folder` for the files wal/NAME.cc."""
        entries = [{"directory": repository.path(folder), "file": repository.path(f"wal/{name}.cc"),
                    "command": f"clang++ {flags} -o {name}.o -c {repository.path(f'wal/{name}.cc')}"}
                   for name in names]
        os.makedirs(repository.path(folder), exist_ok=True)
        with open(repository.path(folder + "/compile_commands.json"), "w", encoding="utf-8") as out:
            json.dump(entries, out)

    def test_looks_at_all_but_what_a_built_folder_holds(self):
        # The folder's compiler is blind, so what is taken from it is seen by what is not found.
        wrong = "int F(long a) { return a; }\n"
        repository = self.repository({
            "wal/a.cc": wrong, "wal/b.cc": wrong,
            "built/build.ninja": "rule blind\n  command = test ! -e $in.fails && touch $out\n"
                                 "build a.o: blind ../wal/a.cc\n"})
        made_by_the_build = "c"
        self.commands(repository, "check", "ab" + made_by_the_build,
                      "-g -fPIC -Wconversion -Werror")

        def build():
            return subprocess.run(["ninja", "-C", repository.path("built")], check=False,
                                  stdout=subprocess.DEVNULL).returncode

        def problems(flags="-O1 -g1 -fsanitize=thread -Wconversion -Werror"):
            self.commands(repository, "built", "a", flags)
            return clang.compile_problems(repository, repository.path("check"),
                                          [repository.path("built")])

        self.assert_found(problems(), "wal/a.cc:1", "wal/b.cc:1")  # nothing is built
        self.assertEqual(build(), 0)
        self.assert_found(problems(), "wal/b.cc:1")
        for flags in ("-Wconversion", "-Werror", "-Wconversion -Werror -DNDEBUG",
                      "-Wconversion -Werror -Wno-conversion", "-Wconversion -Werror -w"):
            with self.subTest(flags=flags):
                self.assert_found(problems(flags), "wal/a.cc:1", "wal/b.cc:1")
        later = time.time() + 60
        os.utime(repository.path("wal/a.cc"), (later, later))
        self.assert_found(problems(), "wal/a.cc:1", "wal/b.cc:1")  # it is stale
        with open(repository.path("wal/a.cc.fails"), "w", encoding="utf-8"):
            self.assertNotEqual(build(), 0)
        self.assert_found(problems(), "wal/a.cc:1", "wal/b.cc:1")  # it did not compile

    def test_finds_warnings(self):
        repository = self.repository({
            "wal/a.cc": "int F(long a) { return a; }\n", "wal/b.cc": "int b;\n",
            "compile_commands.json": "[" + ",".join(
                f'{{"directory":".","file":"DIR/wal/{name}.cc","command":'
                f'"clang++ -Wconversion -o {name}.o -c DIR/wal/{name}.cc"}}' for name in "ab") + "]"})
        commands = repository.path("compile_commands.json")
        with open(commands, encoding="utf-8") as opened:
            text = opened.read().replace("DIR", repository.root)
        with open(commands, "w", encoding="utf-8") as opened:
            opened.write(text)
        for _ in range(2):  # the second time from what the first left behind
            self.assert_found(clang.compile_problems(repository, repository.root), "wal/a.cc:1")
        with open(repository.path("wal/b.cc"), "w", encoding="utf-8") as opened:
            opened.write("int F(long b) { return b; }\n")
        self.assert_found(clang.compile_problems(repository, repository.root), "wal/a.cc:1",
                          "wal/b.cc:1")


class FaultCases(Planted):
    def check(self, rows, source):
        return fault_cases.check(self.repository(
            {"tests/faults/README.md": "\n".join(rows), "tests/a_test.cc": source}))

    def test_finds_cases_without_a_test(self):
        source = "TEST(Disk, FailsWhole) {}\nTEST_F(FaultCase07, IsListed) {}\n"
        rows = [f"| {number} | a fault | `Disk.FailsWhole` |" for number in range(1, 41)]
        self.assert_found(self.check(rows, source), "does not name FaultCase07.IsListed")
        rows[6] = "| 7 | a fault | `FaultCase07.IsListed` |"
        self.assert_found(self.check(rows, source))
        self.assert_found(self.check(rows[:-1], source), "case 40 stands there 0 times")
        self.assert_found(self.check(rows + rows[:1], source), "case 1 stands there 2 times")
        rows[1] = "| 2 | a fault | `Disk.IsGone` |"
        rows[2] = "| 3 | a fault | none yet |"
        self.assert_found(self.check(rows, source), "case 2 names Disk.IsGone",
                          "case 3 names no test")


class CrashCases(Planted):
    def check(self, *lines):
        return crash_cases.check(self.repository(
            {"a/FORMAT.md": "\n".join(lines),
             "tests/a_test.cc": "TEST_F(LogTest, TornTailIsCut) {}\n"}))

    def test_finds_cases_without_a_test(self):
        header = ("| crash | what is left | test |", "|---|---|---|")
        self.assert_found(self.check(*header, "| C1 | a tail | `LogTest.TornTailIsCut` |"))
        self.assert_found(self.check("| # | a crash | leaves | test |", "|---|---|---|---|",
                                     "| 1 | in it | a tail | `TornTailIsCut` |"))
        self.assert_found(self.check("| file | bytes |", "|---|---|", "| a | 1 |"))
        self.assert_found(self.check(*header, "| C1 | a tail | none |", "| C2 | a tail |"),
                          "line 3: this", "line 4: this")
        self.assert_found(self.check("| crash | what is left |", "|---|---|", "| C1 | a tail |"),
                          "without a column")
        self.assert_found(self.check(*header, "| C1 | a tail | `LogTest.TornTailIsKept` |"),
                          "LogTest.TornTailIsKept, which is no test")
        self.assert_found(self.check("As `NothingIsEverLost` shows."), "NothingIsEverLost")


class CountTests(unittest.TestCase):
    def test_counts_passed_failed_and_skipped(self):
        self.assertEqual(count_tests.count('<testsuite tests="9" failures="1" skipped="0"/>'),
                         "8 passed, 1 failed")
        self.assertEqual(count_tests.count('<testsuite tests="9" failures="0" skipped="2"/>'),
                         "7 passed, 0 failed, 2 skipped")


if __name__ == "__main__":
    unittest.main()
