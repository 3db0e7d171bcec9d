// Tells the differences of one table, row by row.

#ifndef LINEDB_ENGINE_HISTORY_ROW_DIFFERENCE_H_
#define LINEDB_ENGINE_HISTORY_ROW_DIFFERENCE_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/storage/row_id_cutter.h"
#include "linedb/diff.h"
#include "schema/record_codec.h"
#include "schema/record_layout.h"

namespace linedb::engine {

// A canonical line, with the places of its values.
class SplitLine {
 public:
  // False if it is none of the layout. The line outlives this.
  bool Set(const schema::RecordLayout& layout, std::string_view line);
  std::string_view Value(int column) const {
    return spans_[static_cast<std::size_t>(column)].In(line_);
  }
  const schema::FieldSpan* spans() const { return spans_.data(); }

 private:
  std::string_view line_;
  std::vector<schema::FieldSpan> spans_;
};

// What altering a table makes of a record; nothing if it would refuse it.
std::optional<std::string> CarryOver(const schema::RecordLayout& from,
                                     const schema::RecordLayout& to, std::string_view line);

// Whether a record's line means the same under both.
bool SameColumns(const schema::RecordLayout& a, const schema::RecordLayout& b);

// One thread. `visit` and the layouts, null where there is no table, outlive it.
class TableTeller {
 public:
  TableTeller(const schema::RecordLayout* before, const schema::RecordLayout* after,
              const DifferenceVisitor& visit);

  // The table's own difference, if it has one.
  void TellSchema();
  // The row's difference, if it has one. `carried` is what alterations made of `before`: nothing if
  // they would refuse it. An empty line: no row.
  void TellRow(std::string_view before, const std::optional<std::string_view>& carried,
               std::string_view after);

  bool stopped() const { return stopped_; }
  const TableDifferences& found() const { return found_; }
  bool differs() const {
    return found_.schema || found_.inserted + found_.updated + found_.deleted > 0;
  }

 private:
  void Tell(Difference difference);
  std::string_view KeyOf(const schema::RecordLayout& of_line, std::string_view line);
  std::vector<ColumnChange> Changed(std::string_view before,
                                    const std::optional<std::string_view>& carried,
                                    std::string_view after);

  const schema::RecordLayout* before_;
  const schema::RecordLayout* after_;
  const DifferenceVisitor& visit_;
  TableDifferences found_;
  bool stopped_ = false;
  // Of the row that is told.
  SplitLine split_before_;
  SplitLine split_after_;
  SplitLine split_key_;
  std::string key_;
  std::string text_before_;
  std::string text_after_;
};

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_HISTORY_ROW_DIFFERENCE_H_
