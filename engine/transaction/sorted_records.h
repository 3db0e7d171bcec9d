// The records of a table at one moment, in canonical order.

#ifndef LINEDB_ENGINE_TRANSACTION_SORTED_RECORDS_H_
#define LINEDB_ENGINE_TRANSACTION_SORTED_RECORDS_H_

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "engine/transaction/canonical_order.h"
#include "linedb/table_core.h"
#include "linedb/transaction.h"

namespace linedb::engine {

// Takes 24 bytes of memory a record, however long that is: what is sorted is where the lines lie in
// the table's mapped file, and the first eight bytes of their keys. A table whose file is in order
// already, as one that was loaded, is not sorted. One thread; lives no longer than the snapshot.
class SortedRecords {
 public:
  // Asked now and then, with the records walked so far, whether to go on.
  using Progress = absl::FunctionRef<bool(std::uint64_t records)>;

  // Fails as TableCore::Scan and its cursor do; kCancelled if `progress` says so.
  static absl::StatusOr<SortedRecords> Create(const schema::RecordLayout& layout,
                                              const TableCore& core,
                                              const ReadTransaction& snapshot, Progress progress);

  std::size_t size() const { return entries_.size(); }
  std::string_view line(std::size_t i) const { return {entries_[i].line, entries_[i].bytes}; }

 private:
  struct Entry {
    std::uint64_t prefix;
    const char* line;
    std::uint32_t bytes;
  };

  explicit SortedRecords(RecordCursor cursor) : cursor_(std::move(cursor)) {}
  absl::Status Read(CanonicalOrder& order, Progress progress);

  RecordCursor cursor_;  // keeps the lines
  std::vector<Entry> entries_;
  bool in_order_ = true;
};

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_TRANSACTION_SORTED_RECORDS_H_
