// A whole database as one text stream: what Database::Dump writes and Database::Load reads. The
// format stands in engine/FORMAT.md.

#ifndef LINEDB_DUMP_H_
#define LINEDB_DUMP_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "linedb/import_problem.h"

namespace linedb {

struct DumpOptions {
  // Called now and then; returning false ends it with kCancelled. `step` is a table's name.
  std::function<bool(const std::string& step, std::uint64_t records_done,
                     std::uint64_t records_total)>
      progress = {};
};

struct DumpReport {
  std::uint64_t lsn = 0;  // what was dumped is the state after this operation
  std::uint64_t tables = 0;
  std::uint64_t records = 0;
  std::uint64_t bytes = 0;
};

struct LoadOptions {
  // The name of the input in messages.
  std::string source_name = "<input>";
  // Problems reported; once there are so many, the rest of the stream is not looked at.
  std::uint64_t problems_max = 100;
  // Called now and then with bytes read; returning false ends it with kCancelled.
  std::function<bool(std::uint64_t bytes)> progress = {};
};

struct LoadReport {
  std::string database;   // the id of the new database
  std::uint64_t lsn = 0;  // at which it is: the dumped one's
  std::uint64_t tables = 0;
  std::uint64_t records = 0;
  // Records that were refused, as an import tells them. Empty: the database is there.
  std::vector<ImportProblem> problems;
  bool loaded = false;
};

}  // namespace linedb

#endif  // LINEDB_DUMP_H_
