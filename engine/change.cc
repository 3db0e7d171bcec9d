#include "linedb/change.h"

#include "wal/wal_format.h"

namespace linedb {

static_assert(static_cast<int>(ChangeKind::kInsert) == static_cast<int>(wal::Operation::kInsert));
static_assert(static_cast<int>(ChangeKind::kUpdate) == static_cast<int>(wal::Operation::kUpdate));
static_assert(static_cast<int>(ChangeKind::kDelete) == static_cast<int>(wal::Operation::kDelete));
static_assert(static_cast<int>(ChangeKind::kCreateTable) ==
              static_cast<int>(wal::Operation::kCreateTable));
static_assert(static_cast<int>(ChangeKind::kAlterTable) ==
              static_cast<int>(wal::Operation::kAlterTable));
static_assert(static_cast<int>(ChangeKind::kDropTable) ==
              static_cast<int>(wal::Operation::kDropTable));
static_assert(static_cast<int>(ChangeKind::kPurge) == static_cast<int>(wal::Operation::kPurge));
static_assert(static_cast<int>(ChangeKind::kPurged) == static_cast<int>(wal::Operation::kPurged));

std::string_view ChangeKindName(ChangeKind kind) {
  return wal::OperationName(static_cast<wal::Operation>(kind));
}

}  // namespace linedb
