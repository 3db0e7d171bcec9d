#include "engine/checkpoint_tables.h"

#include <cassert>
#include <mutex>
#include <shared_mutex>
#include <string_view>
#include <utility>

#include "schema/time_text.h"

namespace linedb::engine {

bool TablesCheckpoint::IsCompactionDue(const TableState& table) const {
  if (!table.records.has_file()) return true;  // the original's, which has no file of ours yet
  const std::uint64_t superseded = table.lines - table.live;
  if (superseded == 0) return false;
  return table.records.file_bytes() <= options_.compaction_bytes_small ||
         static_cast<double>(superseded) >
             options_.compaction_share_min * static_cast<double>(table.lines);
}

absl::Status TablesCheckpoint::Prepare(const TableMap& tables) {
  for (const auto& [name, table] : tables) {
    assert(!table->records.has_file() || table->records.tail().empty());  // none is open
    wal::TableCheckpoint& entry = header_[name];
    entry.live = table->live;
    entry.schema_version = table->layout().schema().version;
    entry.next_id = table->next_id;
    entry.schema_checksum = table->schema_checksum;
    absl::Status done;
    if (IsCompactionDue(*table)) {
      done = Compact(*table, &entry);
    } else {
      entry.bytes = table->records.file_bytes();
      entry.lines = table->lines;
      entry.checksum = table->records.Checksum();
      done = table->records.Sync();
    }
    if (!done.ok()) return done;
  }
  // The compacted files' names.
  return compacted_.empty() ? absl::OkStatus() : files_.SyncDirectory(paths_.DataDirectory());
}

absl::Status TablesCheckpoint::Compact(TableState& table, wal::TableCheckpoint* entry) {
  const std::string_view bytes =
      table.records.has_file() ? table.records.file_view() : table.records.tail();
  absl::StatusOr<CompactedRecords> records =
      WriteCompacted(files_, paths_.RecordsCompacted(table.name()), bytes, table.superseded);
  if (!records.ok()) return records.status();
  entry->bytes = records->records().file_bytes();
  entry->lines = records->lines();
  entry->checksum = records->records().Checksum();
  entry->compacted = true;
  assert(entry->lines == table.live);
  compacted_.push_back({&table, *std::move(records)});
  return absl::OkStatus();
}

void TablesCheckpoint::Abandon() {
  for (const Compacted& compacted : compacted_) {
    files_.Remove(paths_.RecordsCompacted(compacted.table->name())).IgnoreError();
  }
  compacted_.clear();
}

absl::Status TablesCheckpoint::Finish(CheckpointReport* report) {
  for (Compacted& compacted : compacted_) {
    const std::string& name = compacted.table->name();
    absl::Status renamed = files_.Rename(paths_.RecordsCompacted(name), paths_.Records(name));
    if (!renamed.ok()) return renamed;
    report->tables_compacted.push_back(name);
    report->lines_dropped += compacted.table->lines - compacted.table->live;
    Adopt(compacted);
  }
  return compacted_.empty() ? absl::OkStatus() : files_.SyncDirectory(paths_.DataDirectory());
}

// Scans that still run keep the old file's mapping.
void TablesCheckpoint::Adopt(Compacted& compacted) {
  TableState& table = *compacted.table;
  const std::unique_lock<std::shared_mutex> lock(table.mutex);
  for (HashIndex& index : table.indexes) {
    index.RemapLocations(
        [&](RecordLocation location) { return compacted.records.Remap(location); });
  }
  table.lines = compacted.records.lines();
  table.records = std::move(compacted.records.records());
  table.superseded = SupersededLines();
  table.visible_bytes = table.records.file_bytes();
}

std::string ArchiveTime() {
  // 2026-01-22T20:31:17.592172Z -> 20260122_203117
  const std::string time = schema::FormatTimestamp(schema::Now());
  return time.substr(0, 4) + time.substr(5, 2) + time.substr(8, 2) + "_" + time.substr(11, 2) +
         time.substr(14, 2) + time.substr(17, 2);
}

}  // namespace linedb::engine
