// The records of a table as they were before an alteration wrote them anew: kept beside the table
// until the next checkpoint (engine/FORMAT.md).

#ifndef LINEDB_ENGINE_STORAGE_EARLIER_RECORDS_H_
#define LINEDB_ENGINE_STORAGE_EARLIER_RECORDS_H_

#include <string_view>

#include "wal/file_names.h"
#include "wal/file_system.h"

namespace linedb::engine {

// Gives the table's file, if it has one, that other name, too, before the file that replaces it is
// renamed. Nothing depends on it: errors do not matter.
void KeepEarlierRecords(wal::FileSystem& files, const wal::DatabasePaths& paths,
                        std::string_view table);

// Removes what was kept, but for the table `kept`. Errors do not matter: it is tried again, and
// read by nobody.
void RemoveEarlierRecords(wal::FileSystem& files, const wal::DatabasePaths& paths,
                          std::string_view kept);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_STORAGE_EARLIER_RECORDS_H_
