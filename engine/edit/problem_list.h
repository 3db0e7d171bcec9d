// The problems of an edited text, all of them in one run.

#ifndef LINEDB_ENGINE_EDIT_PROBLEM_LIST_H_
#define LINEDB_ENGINE_EDIT_PROBLEM_LIST_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "engine/exchange/broken_records.h"
#include "engine/exchange/input_window.h"
#include "linedb/edit.h"

namespace linedb::engine {

// Puts problems of one text into a report. One thread; the report outlives it.
class ProblemList {
 public:
  ProblemList(EditReport& report, std::uint64_t problems_max, std::string file, std::string table)
      : report_(report),
        problems_max_(problems_max),
        file_(std::move(file)),
        table_(std::move(table)) {}

  // `column` may be empty: then the problem is the table's.
  void Add(TextPosition position, std::string_view column, std::string reason, ProblemKind kind) {
    std::string table_column = table_;
    if (!column.empty()) table_column.append(".").append(column);
    AddNamed(position, std::move(table_column), std::move(reason), kind);
  }
  // The same of a column that is named as "table.column".
  void AddNamed(TextPosition position, std::string table_column, std::string reason,
                ProblemKind kind) {
    ++report_.problem_count;
    if (report_.problems.size() >= problems_max_) return;
    report_.problems.push_back({.file = file_,
                                .line = position.line,
                                .column = position.column,
                                .table_column = std::move(table_column),
                                .reason = std::move(reason),
                                .kind = kind});
  }
  void AddBroken(TextPosition position, const BrokenReference& broken) {
    ImportProblem problem = ProblemOf(broken, file_, position.line);
    AddNamed(position, std::move(problem.table_column), std::move(problem.reason), problem.kind);
  }

  std::uint64_t count() const { return report_.problem_count; }
  const std::string& table() const { return table_; }

 private:
  EditReport& report_;
  const std::uint64_t problems_max_;
  const std::string file_;
  const std::string table_;
};

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_EDIT_PROBLEM_LIST_H_
