// Which operations of the logs are on certain records of a table.

#ifndef LINEDB_ENGINE_HISTORY_KEY_TRACKER_H_
#define LINEDB_ENGINE_HISTORY_KEY_TRACKER_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/history/split_record.h"
#include "linedb/table_schema.h"
#include "schema/record_layout.h"
#include "wal/wal_format.h"

namespace linedb::engine {

// Goes with a table of one name through its alterations, and through others of that name that were
// made after it was dropped: a key counts for each of them whose primary key it fits. One thread.
class KeyTracker {
 public:
  // The keys are JSON, as of ReadRecordHistory.
  KeyTracker(std::string_view table, std::vector<std::string> keys)
      : table_(table), keys_(std::move(keys)), texts_(keys_.size()), faults_(keys_.size()) {}

  // The table is one of this schema from here on.
  absl::Status SetSchema(TableSchema schema);

  // The number of the key that the operation is on, if it is one of these. To be called with every
  // operation, in order. kDataLoss, naming the lsn, for one that is none of its table.
  absl::StatusOr<std::optional<std::size_t>> Take(const wal::LogEntry& entry, bool is_original);
  // The same of a line of the table's file, tombstones included. A line that is none of the table
  // has none.
  std::optional<std::size_t> KeyOfLine(std::string_view line, bool is_original);
  // Whether the line is one of the table at all.
  bool IsOfTable(std::string_view line, bool is_original);

  const std::string& table() const { return table_; }
  const std::vector<std::string>& keys() const { return keys_; }
  // The key's text in the last table that it fits, by which it is hashed.
  std::uint64_t HashOf(std::size_t key) const { return wal::ChecksumOf(texts_[key].value_or("")); }
  const std::string& TextOf(std::size_t key) const { return *texts_[key]; }
  // kNotFound if no table of the name was seen; kInvalidArgument if a key fits none of them.
  absl::Status CheckKeys() const;

 private:
  std::optional<std::size_t> Find(std::string_view record, bool is_original);

  const std::string table_;
  const std::vector<std::string> keys_;
  std::vector<std::optional<std::string>> texts_;
  std::vector<absl::Status> faults_;
  bool known_ = false;
  std::unique_ptr<schema::RecordLayout> layout_;             // null: there is no such table
  std::map<std::string, std::size_t, std::less<>> fitting_;  // under this layout, by their texts
  SplitRecord split_;
  std::string scratch_;
};

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_HISTORY_KEY_TRACKER_H_
