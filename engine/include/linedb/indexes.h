// Ordered indexes that are added to a table, or taken from it, while the database is open.
//
// Those that a program's Describe<T> declares (.Indexed(), Index<"a", "b">(), UniqueIndex<"a">())
// are made with the table; these functions are for what turns out to be needed later:
//
//   absl::Status made = linedb::CreateIndex(*db, "student", {.columns = {"name", "gpa"}});

#ifndef LINEDB_INDEXES_H_
#define LINEDB_INDEXES_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "linedb/database.h"
#include "linedb/table_schema.h"

namespace linedb {

// Adds an ordered index over these columns. The records are read for it, but stay as they are; who
// reads or writes goes on meanwhile, and writers wait only for its last step, a checkpoint. Then
// the table has a new version: handles on it say kFailedPrecondition and are to be opened again;
// read transactions and walks that are open go on. OK: it is there after any crash; a crash before
// leaves the table without it.
//
// kAlreadyExists (there is an index over these columns), kNotFound (no such table),
// kInvalidArgument (no such column, or one of JSON), kFailedPrecondition (unique, and two records
// share a value: both are named; or as Database::Checkpoint, or called by the thread that holds a
// write transaction), kDataLoss (the records are damaged), and the disk's. kInternal: if the
// message says so the index is there all the same, and this handle writes no more. Any thread.
absl::Status CreateIndex(Database& database, std::string_view table, const IndexSchema& index);

// Takes the index over these columns away; otherwise as CreateIndex. kNotFound: there is none.
// kFailedPrecondition also if it makes the key unique that another table references. One that a
// reference of the table's own needs goes on without being named.
absl::Status DropIndex(Database& database, std::string_view table,
                       const std::vector<std::string>& columns);

}  // namespace linedb

#endif  // LINEDB_INDEXES_H_
