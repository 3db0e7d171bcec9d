// A table's keys and indexes made for another layout of the same records.

#ifndef LINEDB_ENGINE_INDEX_REINDEXING_H_
#define LINEDB_ENGINE_INDEX_REINDEXING_H_

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/index/key_run_format.h"
#include "engine/index/ordered_entry.h"
#include "engine/index/table_state.h"
#include "schema/record_layout.h"

namespace linedb::engine {

// Reads what is committed beside readers and writers (Read), and then, while nobody writes, the
// little that has come since (Complete). The table is not compacted meanwhile, and nothing of its
// index is frozen. One thread.
class Reindexing {
 public:
  // `after` differs from the table's layout in keys and indexes only.
  Reindexing(const TableState& table, std::shared_ptr<const schema::RecordLayout> after);

  // kDataLoss if the file is damaged.
  absl::Status Read();
  // The generation to go on with. kFailedPrecondition names two records that clash by a new key.
  absl::StatusOr<std::shared_ptr<TableGeneration>> Complete();

 private:
  // A key, or an ordered index, that the table does not have yet.
  struct NewKey {
    int number = 0;
    std::vector<KeyEntry> entries;
  };
  struct NewIndex {
    int number = 0;
    OrderedEntries entries;
  };

  absl::Status ReadUpTo(std::string_view file);
  absl::Status CheckUnique(const NewKey& key) const;
  absl::Status ClashError(const NewKey& key, std::string_view one, std::string_view other) const;
  void Fill(NewKey key, TableGeneration& made) const;
  void Fill(NewIndex index, TableGeneration& made) const;

  const TableState& table_;
  const std::shared_ptr<const TableGeneration> old_;
  const std::shared_ptr<const schema::RecordLayout> after_;
  std::vector<NewKey> keys_;
  std::vector<NewIndex> indexes_;
  std::uint64_t read_bytes_ = 0;
};

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_INDEX_REINDEXING_H_
