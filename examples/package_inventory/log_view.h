// The write-ahead log as anyone can read it: lines of JSON. linedb is not asked.

#ifndef LINEDB_EXAMPLES_PACKAGE_INVENTORY_LOG_VIEW_H_
#define LINEDB_EXAMPLES_PACKAGE_INVENTORY_LOG_VIEW_H_

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace inventory {

struct LogView {
  std::uint64_t bytes = 0;
  std::uint64_t transactions_whole = 0;
  std::set<std::int64_t> batches_whole;
  // After the last line that says `"commit":true`: a transaction that was being written.
  std::uint64_t bytes_unfinished = 0;
  std::vector<std::string> faults;  // a batch that is whole but of the wrong size: a sentence each
};

// Reads wal/transaction.log of a database that nobody has open.
absl::StatusOr<LogView> ReadLog(const std::string& directory);

}  // namespace inventory

#endif  // LINEDB_EXAMPLES_PACKAGE_INVENTORY_LOG_VIEW_H_
