// Walking the live records of a table in file order.

#ifndef LINEDB_ENGINE_TRANSACTION_RECORD_SCAN_H_
#define LINEDB_ENGINE_TRANSACTION_RECORD_SCAN_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "engine/index/table_state.h"
#include "engine/storage/superseded_lines.h"
#include "wal/file_system.h"

namespace linedb::engine {

// A scan's own view of a table: it shares the bytes, which never change, and copies the rest, so
// it needs no lock while it runs and nothing that happens meanwhile shows in it.
class ScanState {
 public:
  // Of what is published; takes the table's lock for a moment. The table's `retired` if it is.
  static absl::StatusOr<std::unique_ptr<ScanState>> OfPublished(const TableState& table);
  // Of a generation up to `limit`. The caller holds the mutex of its table, shared.
  static std::unique_ptr<ScanState> OfGeneration(std::shared_ptr<const TableGeneration> generation,
                                                 std::uint64_t limit);
  // Of what the open transaction sees; its thread only.
  static std::unique_ptr<ScanState> OfWriter(const TableState& table);

  // Compares also the blocks that were compared before: for copies, which would make damage pass
  // for what was written.
  void CompareAgain() { compare_again_ = true; }

  bool Next(std::string_view* line);
  // Why Next ended early; OK otherwise.
  const absl::Status& status() const { return status_; }

 private:
  // The caller keeps writers away.
  ScanState(std::shared_ptr<const TableGeneration> generation, std::uint64_t limit);
  bool CompareUpTo(std::uint64_t end);
  bool IsSuperseded(std::uint64_t offset) const {
    return superseded_.Contains(offset) || (!retained_.empty() && retained_.contains(offset));
  }

  std::shared_ptr<const TableGeneration> generation_;  // keeps a read-only table's tail alive
  std::shared_ptr<const wal::Mapping> mapping_;        // keeps `part_` alive
  std::string tail_;                                   // likewise
  SupersededLines superseded_;
  absl::flat_hash_set<std::uint64_t> retained_;  // of these, the superseded ones
  std::string_view part_;       // what is read now: the file's bytes, then the tail
  std::string_view part_next_;  // the tail, until it is `part_`
  std::uint64_t part_offset_ = 0;
  std::size_t position_ = 0;          // in `part_`
  std::uint64_t compared_bytes_ = 0;  // from the beginning of the file
  bool compare_again_ = false;
  absl::Status status_;
};

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_TRANSACTION_RECORD_SCAN_H_
