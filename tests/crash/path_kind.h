// What kind of file a path of a database directory is.

#ifndef LINEDB_TESTS_CRASH_PATH_KIND_H_
#define LINEDB_TESTS_CRASH_PATH_KIND_H_

#include <string>

namespace linedb::testing {

// "log", "log tmp", "records", "before", "compacted", "surplus", "schema file", "schema tmp", "next
// schema", "next schema tmp", "archive", "archive tmp", "compressed", "compressed tmp", "LOCK"; of
// a directory its name, "base" the database's own and "above" the one that it stands in.
std::string KindOfPath(const std::string& path);

}  // namespace linedb::testing

#endif  // LINEDB_TESTS_CRASH_PATH_KIND_H_
