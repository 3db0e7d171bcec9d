// How a table's file lies: which of its bytes are live, which are superseded, and which were
// appended since the last checkpoint.
//
//   linedb::FileMap map = *linedb::MapTableFile(*db, "student", {.stretches = 100});
//   for (const linedb::FileStretch& stretch : map.stretches) …  // a picture, bar by bar

#ifndef LINEDB_FILE_MAP_H_
#define LINEDB_FILE_MAP_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "linedb/database.h"

namespace linedb {

// The bytes [begin, end) of the file. A line that lies across its border counts on both sides, with
// the bytes that it has there.
struct FileStretch {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::uint64_t superseded_bytes = 0;  // the others are live
};

struct FileMap {
  std::string table = {};
  std::uint64_t bytes = 0;             // of data/<table>.records, as far as it is committed
  std::uint64_t superseded_bytes = 0;  // earlier versions, deleted records, marks of deletion
  std::uint64_t superseded_lines = 0;
  // The tail: from here on nothing was there at the last checkpoint. The log has it, too, and an
  // opening that recovers writes it anew.
  std::uint64_t tail_begin = 0;
  std::uint64_t tail_superseded_bytes = 0;
  // Follow each other from 0 to `bytes`; none of an empty file.
  std::vector<FileStretch> stretches = {};
};

struct FileMapOptions {
  // At most so many stretches, of equal length but for the last one's.
  std::size_t stretches = 256;
};

// What is committed now. Reads the superseded lines, not the file: costs what a compaction would
// drop. Any thread. kNotFound (no such table, with a suggestion), kInvalidArgument (no stretches),
// kFailedPrecondition (it was dropped or altered meanwhile), kDataLoss (which lines are superseded
// cannot be told any more).
absl::StatusOr<FileMap> MapTableFile(Database& database, std::string_view table,
                                     const FileMapOptions& options = {});

}  // namespace linedb

#endif  // LINEDB_FILE_MAP_H_
