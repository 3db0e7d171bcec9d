// Reading lines of a .records file as what an index needs of them, over all cores.

#ifndef LINEDB_ENGINE_INDEX_HASHED_LINES_H_
#define LINEDB_ENGINE_INDEX_HASHED_LINES_H_

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/index/key_run_format.h"
#include "engine/index/ordered_entry.h"
#include "schema/record_layout.h"

namespace linedb::engine {

struct HashedLines {
  std::vector<std::vector<KeyEntry>> keys;  // of each key of the layout, in file order
  std::vector<KeyEntry> tombstones;         // by the primary key
  std::vector<OrderedEntries> ordered;      // of each ordered index, in file order
  std::uint64_t lines = 0;
  std::int64_t next_id = 1;
};

// What is read and how; the threads are those of this call.
struct HashingOptions {
  int threads = 1;
  int key_only = -1;      // the entries of this key and no other; -1: of all
  int ordered_only = -1;  // the entries of this ordered index and nothing else; -1: of all
  // Called on the calling thread with the bytes done; may be empty.
  std::function<void(std::uint64_t)> progress = {};
};

// `file` holds whole lines up to its end; those from `begin` on are read. kDataLoss if one is not a
// record or tombstone of this layout: nothing more exact, see FindBadLine.
absl::StatusOr<HashedLines> HashLines(const schema::RecordLayout& layout, std::string_view file,
                                      std::uint64_t begin, const HashingOptions& options);

// How many threads may work at once here.
int CoreCount();

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_INDEX_HASHED_LINES_H_
