// Walking the live records of a table in file order.

#ifndef LINEDB_ENGINE_TRANSACTION_RECORD_SCAN_H_
#define LINEDB_ENGINE_TRANSACTION_RECORD_SCAN_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_set.h"
#include "engine/index/table_state.h"
#include "engine/storage/superseded_lines.h"
#include "wal/file_system.h"

namespace linedb::engine {

class TableChanges;

// A scan's own view of a table: it shares the bytes, which never change, and copies the rest, so
// it needs no lock while it runs and nothing that happens meanwhile shows in it.
struct ScanState {
  // Of what is committed; takes the table's lock for a moment.
  explicit ScanState(const TableState& table);
  // Also what the open transaction wrote; its thread only.
  explicit ScanState(const TableChanges& changes);

  bool Next(std::string_view* line);

  std::shared_ptr<const wal::Mapping> mapping;  // keeps `part` alive
  std::shared_ptr<const std::string> tail;      // likewise
  SupersededLines superseded;
  absl::flat_hash_set<std::uint64_t> superseded_pending;
  std::string_view part;       // what is read now: the file's bytes, then the tail
  std::string_view part_next;  // the tail, until it is `part`
  std::uint64_t part_offset = 0;
  std::size_t position = 0;  // in `part`

 private:
  bool IsSuperseded(std::uint64_t offset) const {
    return superseded.Contains(offset) ||
           (!superseded_pending.empty() && superseded_pending.contains(offset));
  }
};

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_TRANSACTION_RECORD_SCAN_H_
