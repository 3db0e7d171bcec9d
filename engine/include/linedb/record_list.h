// The records that a condition finds, in an order, as they were at one moment: by their numbers, so
// that any page of a million is there at once.
//
//   linedb::RecordList good =
//       *linedb::RecordList::Create(*db, "student", {.where = "gpa > 3", .order_by = "name"});
//   for (std::size_t i = first; i < std::min(first + 50, good.size()); ++i) show(good.line(i));

#ifndef LINEDB_RECORD_LIST_H_
#define LINEDB_RECORD_LIST_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "linedb/database.h"
#include "linedb/table_schema.h"
#include "linedb/transaction.h"

namespace linedb {

struct RecordListOptions {
  std::string where = {};     // an expression (linedb/expression.h); empty: all records
  std::string order_by = {};  // "gpa desc, name", as of JsonQuery::OrderBy; empty: in file order
};

// Takes 12 bytes of memory for each record; the records stay in the table's mapped file, which is
// kept for as long as the list, as by a ReadTransaction. Must end before its Database does. Any
// thread.
class RecordList {
 public:
  // Runs the query, once. kNotFound (no such table, with a suggestion), kInvalidArgument (what is
  // wrong with the condition or the order, and where), and as JsonQuery::ForEach.
  static absl::StatusOr<RecordList> Create(Database& database, std::string_view table,
                                           const RecordListOptions& options = {});

  const TableSchema& schema() const { return schema_; }  // of its table
  // What the list shows is the state after this operation, or a later one.
  std::uint64_t lsn() const { return lsn_; }
  std::size_t size() const { return begins_.size(); }
  // Record `i`, counted from 0: its canonical line, valid as long as the list.
  std::string_view line(std::size_t i) const { return {begins_[i], bytes_[i]}; }

 private:
  explicit RecordList(ReadTransaction snapshot) : snapshot_(std::move(snapshot)) {}

  ReadTransaction snapshot_;  // keeps the lines
  TableSchema schema_;
  std::uint64_t lsn_ = 0;
  std::vector<const char*> begins_;
  std::vector<std::uint32_t> bytes_;
};

}  // namespace linedb

#endif  // LINEDB_RECORD_LIST_H_
