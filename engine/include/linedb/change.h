// A change to a database, as its log has it.

#ifndef LINEDB_CHANGE_H_
#define LINEDB_CHANGE_H_

#include <string_view>

namespace linedb {

// The values are frozen; later versions may add to them.
enum class ChangeKind {
  kInsert = 0,
  kUpdate = 1,
  kDelete = 2,
  kCreateTable = 3,
  kAlterTable = 4,
  kDropTable = 5,
  // Records were removed for good (linedb/purge.h). The change's record is
  // {"records":[{"key_hash":"9a7c01d2e3f40516","live":true,"operations":3},…]}: the XXH3-64 of each
  // record's key, by which whoever keeps a copy of the table finds what to remove there, too.
  kPurge = 6,
  // A change of such a record was here; it has neither record nor old record.
  kPurged = 7,
};

// As it stands in the log: "INSERT", "CREATE_TABLE".
std::string_view ChangeKindName(ChangeKind kind);

}  // namespace linedb

#endif  // LINEDB_CHANGE_H_
