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
};

// As it stands in the log: "INSERT", "CREATE_TABLE".
std::string_view ChangeKindName(ChangeKind kind);

}  // namespace linedb

#endif  // LINEDB_CHANGE_H_
