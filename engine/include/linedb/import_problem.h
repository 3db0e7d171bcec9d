// Why a record was not taken in: by an import, or by a load.

#ifndef LINEDB_IMPORT_PROBLEM_H_
#define LINEDB_IMPORT_PROBLEM_H_

#include <cstdint>
#include <string>

namespace linedb {

enum class ProblemKind {
  kSyntax,      // the text is no record at all
  kConstraint,  // a record that the table's schema refuses: types, null, unknown columns
  kClash,       // a record whose key is taken
  kReference,   // a record that references nothing, or keeps another from going
};

// Why a record was not taken in. A record may have several.
struct ImportProblem {
  std::string file;
  std::uint64_t line = 0;    // from 1
  std::uint64_t column = 0;  // in bytes, from 1
  std::string table_column;  // "student.gpa", or "student"
  std::string reason;        // "expected float, found \"abc\""
  ProblemKind kind = ProblemKind::kSyntax;

  // `students.jsonl:3:27: student.gpa: expected float, found "abc"`
  std::string ToString() const;
};

}  // namespace linedb

#endif  // LINEDB_IMPORT_PROBLEM_H_
