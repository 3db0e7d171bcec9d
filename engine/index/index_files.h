// The files of a table's index: found and taken in at opening, written while the database runs.
// engine/FORMAT.md describes them. They are a cache: what is missing, damaged or about other bytes
// is made anew, and nobody has to keep them.

#ifndef LINEDB_ENGINE_INDEX_INDEX_FILES_H_
#define LINEDB_ENGINE_INDEX_INDEX_FILES_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/index/table_generation.h"
#include "wal/file_names.h"
#include "wal/file_system.h"

namespace linedb::engine {

// Gives the generation, which has its file and nothing else yet, the newest index in index/ that is
// whole and about the first bytes of its file, and takes the file's bytes into the checksum,
// without reading those that the index vouches for. `checksum` is that of the file's bytes. An
// ordered index whose files are missing is made from the records, which are read for it. False, and
// no line is known, if there is no such index.
//
// What is found is believed as follows: the blocks' checksums yield the checksum in the log's
// header, and a run names the checksum of just these blocks. So an index of another file, of other
// bytes or of an older file of the same name is never taken.
bool LoadIndex(wal::FileSystem& files, const wal::DatabasePaths& paths, std::uint64_t checksum,
               TableGeneration& table);

// Writes what is frozen to files, each durable before it has its name, for the table to go on with.
// Small runs are merged with their neighbours, so that a lookup has few to look into and each line
// is rewritten a few times only. Up to `threads` threads (0: one for each core) write a key each,
// if there is enough of them. Beside readers and writers; one call at a time for a table. An error
// may leave files that the next call, or opening, removes.
absl::StatusOr<TableGeneration::Index> WriteIndex(wal::FileSystem& files,
                                                  const wal::DatabasePaths& paths,
                                                  const TableGeneration& table, int threads);

// Removes the files in index/ that are not among `table`'s, of the table `name`; of all its files
// if `table` is null. Errors do not matter: they are tried again, and read by nobody.
void RemoveOldIndexFiles(wal::FileSystem& files, const wal::DatabasePaths& paths,
                         const std::string& name, const TableGeneration* table);

// One problem in each file of the table's index that is in force; none if all is well.
struct IndexProblem {
  std::string path;
  std::string message;
};
std::vector<IndexProblem> VerifyIndex(wal::FileSystem& files, const wal::DatabasePaths& paths,
                                      const TableGeneration& table);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_INDEX_INDEX_FILES_H_
