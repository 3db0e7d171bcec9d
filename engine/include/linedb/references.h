// References between records: who breaks one, and how a refused commit tells it.
//
// A reference (ColumnSchema::references, TableSchema::references; .References() and Reference<> of
// a description) says that the values of some columns are a key of a record of another table, or of
// the same one. It is kept by every commit: what counts is the state that the transaction leaves,
// so records that reference each other may be written in any order. When a record goes, or the key
// by which it is referenced changes, the records that reference it
//
//   restrict   keep it from going: the commit is refused
//   cascade    go, too, in the same transaction
//   set null   lose the values of the columns that reference it
//
// A refused commit is a transaction rolled back as a whole; its error is kFailedPrecondition, names
// both records, and holds all that was found:
//
//   absl::Status done = transaction.Commit();
//   for (const linedb::BrokenReference& broken : linedb::BrokenReferencesIn(done)) {
//     std::cerr << broken.message << "\n";
//   }

#ifndef LINEDB_REFERENCES_H_
#define LINEDB_REFERENCES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"

namespace linedb {

// A record that references nothing, or one that keeps another from going.
struct BrokenReference {
  std::string table;    // of the record that references
  std::string columns;  // "AlbumId"; of several joined by ","
  std::string value;    // their values as JSON, joined by ",": the key that is referenced
  std::string record;   // the record that references, as JSON
  std::string referenced_table;
  // What was to go and is referenced, as JSON; empty: nothing has the key.
  std::string referenced_record;
  // All of it as a sentence: "track.AlbumId: value 17 references album 17, which does not exist;
  // record {…}".
  std::string message;
};

// How many of them an error holds at most; its message says how many more there are.
inline constexpr std::uint64_t kBrokenReferencesMax = 1000;

// What a refused Commit found; empty for any other status. Any thread.
std::vector<BrokenReference> BrokenReferencesIn(const absl::Status& status);

}  // namespace linedb

#endif  // LINEDB_REFERENCES_H_
