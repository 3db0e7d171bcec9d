"""The filters of tools/docs turn what stands in headers and pages into what Doxygen understands."""

import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../tools/docs"))
import build  # pylint: disable=wrong-import-position
import comments  # pylint: disable=wrong-import-position
import pages  # pylint: disable=wrong-import-position

HEADER = """// What the file is for: Table<T>.

#ifndef X
#define X

// How many.
struct Counts {
  int all = 0;  // of them
  // Those that
  // are good.
  int good = 0;
  int better = 0;

  int bad = 0;

  //   code(1);
  int Sum() const {
    // no comment for readers
    return all;  // nor this
  }
  int Half() const { return 1; }  // of all
  int Half(int whole) const { return whole; }
};
#endif
"""
CONVERTED = """/// @file
/// What the file is for: Table\\<T\\>.

#ifndef X
#define X

/// How many.
struct Counts {
  int all = 0;  ///< of them
/// Those that
/// are good.
  int good = 0;
/// Those that
/// are good.
  int better = 0;

  int bad = 0;

/// @code{.cpp}
///   code(1);
/// @endcode
  int Sum() const {
    // no comment for readers
    return all;  // nor this
  }
  int Half() const { return 1; }  ///< of all
/// of all
  int Half(int whole) const { return whole; }
};
#endif
"""


class ReferenceTest(unittest.TestCase):
    def test_comments_outside_of_bodies_become_doxygens(self):
        lines = comments.converted(HEADER)
        self.assertEqual("\n".join(line for line, _ in lines), CONVERTED)

    def test_every_line_is_known_by_where_it_comes_from(self):
        source = HEADER.split("\n")
        for line, number in comments.converted(HEADER):
            if not line.startswith("///"):
                self.assertEqual(line.replace("///<", "//"), source[number])

    def test_links_lead_to_labels_and_leave_out_what_is_no_page(self):
        text = "# T\n\n## A b\n\n[x](#a-b) [y](../e/F.md#1-c) [z](p.cc) [w](q.md)\n"
        self.assertEqual(
            pages.converted("d/P.md", text),
            "# T\n\n## A b {#d_P_md_a_b}\n\n"
            "[x](@ref d_P_md_a_b) [y](@ref e_F_md_1_c) z [w](q.md)\n")

    def test_only_what_is_excused_is_no_error(self):
        found = build.problems([
            "a.md:3: warning: Member Foo() (function) of class linedb::Bar is not documented.",
            "a.md:4: warning: Member kX (variable) of namespace linedb::schema is not documented.",
            "error: something else"])
        self.assertEqual(found, [
            "a.md:3: Member Foo() (function) of class linedb::Bar is not documented.",
            "error: something else"])


if __name__ == "__main__":
    unittest.main()
