// Writing to a table whose records expire: one that has expired and has a key of a new line is
// erased first, in the same transaction and by an operation of its own. So the log, and all that
// read it, know nothing of expiry.

#ifndef LINEDB_ENGINE_EXPIRING_WRITES_H_
#define LINEDB_ENGINE_EXPIRING_WRITES_H_

#include <cstddef>
#include <span>
#include <string_view>

#include "absl/status/status.h"
#include "engine/transaction/table_changes.h"
#include "engine/transaction/transaction.h"
#include "linedb/table_core.h"

namespace linedb::engine {

// As TableCore::WriteLine, InsertLines and UpdateColumns. After an error the transaction is as it
// was before.
absl::Status FinishExpiringLine(Transaction& writer, TableChanges& changes, WriteMode mode,
                                const schema::FieldSpan* spans);
absl::Status InsertExpiringLines(Transaction& writer, TableChanges& changes, std::size_t count,
                                 TableCore::LineEncoder encode, std::size_t* failed);
absl::Status UpdateExpiringColumns(Transaction& writer, TableChanges& changes,
                                   std::string_view key_text, std::span<const ColumnText> values);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_EXPIRING_WRITES_H_
