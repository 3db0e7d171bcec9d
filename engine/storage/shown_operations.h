// Which of a log's operations its header shows already.

#ifndef LINEDB_ENGINE_STORAGE_SHOWN_OPERATIONS_H_
#define LINEDB_ENGINE_STORAGE_SHOWN_OPERATIONS_H_

#include <cstddef>

#include "absl/types/span.h"
#include "wal/wal_format.h"

namespace linedb::engine {

// How many of them, from the first on: a DROP_TABLE, or an ALTER_TABLE with what a program's
// functions made of the records, which follows it in its transaction. What else there is on records
// no header shows.
inline std::size_t CountShown(absl::Span<const wal::LogEntry> operations) {
  if (operations.empty()) return 0;
  const wal::LogEntry& first = operations.front();
  if (first.operation == wal::Operation::kDropTable) return 1;
  if (first.operation != wal::Operation::kAlterTable) return 0;
  std::size_t count = 1;
  while (count < operations.size() && operations[count].transaction == first.transaction) ++count;
  return count;
}

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_STORAGE_SHOWN_OPERATIONS_H_
