// An index as a function of the records: what every file of index/ can be made anew from.

#ifndef LINEDB_ENGINE_INDEX_INDEX_BUILD_H_
#define LINEDB_ENGINE_INDEX_INDEX_BUILD_H_

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/index/hashed_lines.h"
#include "engine/index/key_run.h"
#include "engine/index/ordered_run.h"
#include "engine/storage/superseded_lines.h"
#include "schema/record_layout.h"

namespace linedb::engine {

// What a key is, as far as its hashes depend on it: the table, the columns and their types.
std::uint64_t KeyIdentity(const schema::RecordLayout& layout, int key);

// What an ordered index is, as far as its entries depend on it.
std::uint64_t OrderIdentity(const schema::RecordLayout& layout, int index);

struct BuiltIndex {
  std::vector<std::shared_ptr<KeyRun>> runs;         // one for each key, in memory
  std::vector<std::shared_ptr<OrderedRun>> ordered;  // one for each ordered index, in memory
  SupersededLines superseded;
  std::uint64_t lines = 0;
  std::uint64_t live = 0;
  std::int64_t next_id = 1;
};

// Of a whole file, whose checksum is `checksum`. kDataLoss if a line is no record, or if two live
// records have the same unique value: nothing more exact, so that who needs to know reads the lines
// one by one.
absl::StatusOr<BuiltIndex> BuildIndex(const schema::RecordLayout& layout, std::string_view file,
                                      std::uint64_t checksum, const HashingOptions& options);

// The entries of one key of the lines of `file` from `begin` on. Errors as BuildIndex.
absl::StatusOr<std::vector<KeyEntry>> EntriesOf(const schema::RecordLayout& layout, int key,
                                                std::string_view file, std::uint64_t begin);

// The same of an ordered index.
absl::StatusOr<OrderedEntries> OrderedEntriesOf(const schema::RecordLayout& layout, int index,
                                                std::string_view file, std::uint64_t begin);

// Which lines of `file` are superseded by later ones in it. Errors as BuildIndex.
absl::StatusOr<SupersededLines> SupersededIn(const schema::RecordLayout& layout,
                                             std::string_view file);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_INDEX_INDEX_BUILD_H_
