// A few transactions of a database, cut into a small one that shows the same: what Database::Slice
// is told, and what it tells.

#ifndef LINEDB_SLICE_H_
#define LINEDB_SLICE_H_

#include <cstdint>
#include <string>
#include <vector>

namespace linedb {

struct SliceOptions {
  // The transactions of which an operation is from `first_lsn` to `last_lsn`, whole.
  std::uint64_t first_lsn = 0;
  std::uint64_t last_lsn = 0;
  // Columns whose values are masked: "student.name"; "name", in every table; or "all".
  std::vector<std::string> mask = {};
  // What the masks are made by, with the values. Whoever knows it can try which values they come
  // from. Empty: it is drawn, and forgotten, so that the masks of two slices have nothing in
  // common.
  std::string mask_secret = {};
  // Finds out what it would do, and writes nothing.
  bool dry_run = false;
};

struct SliceReport {
  std::string database;         // the id of the new database; empty: a dry run
  std::uint64_t first_lsn = 0;  // of the transactions, as in the original
  std::uint64_t last_lsn = 0;
  std::uint64_t transactions = 0;
  std::uint64_t operations = 0;
  std::uint64_t tables = 0;
  std::uint64_t records_before = 0;  // that were there before the first of them
  std::uint64_t values_masked = 0;   // different ones
  std::vector<std::string> notes;    // what may be missing
};

}  // namespace linedb

#endif  // LINEDB_SLICE_H_
