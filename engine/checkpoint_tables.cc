#include "engine/checkpoint_tables.h"

#include <cassert>
#include <mutex>
#include <shared_mutex>
#include <utility>

#include "schema/time_text.h"

namespace linedb::engine {

bool IsCompactionDue(const TableState& table, const Options& options) {
  const std::shared_lock<std::shared_mutex> lock(table.mutex);
  // The original's tables have no file of ours yet.
  if (!table.generation->records.has_file()) return true;
  const TableExtent extent = table.generation->published();
  const std::uint64_t superseded = extent.lines - extent.live;
  if (superseded == 0) return false;
  return extent.bytes <= options.compaction_bytes_small ||
         static_cast<double>(superseded) >
             options.compaction_share_min * static_cast<double>(extent.lines);
}

bool HasSuperseded(const TableState& table) {
  const std::shared_lock<std::shared_mutex> lock(table.mutex);
  const TableExtent extent = table.generation->published();
  return extent.lines > extent.live;
}

absl::Status TablesCheckpoint::Prepare(const TableMap& tables,
                                       const std::set<std::string>& compacted) {
  for (const auto& [name, table] : tables) {
    if (compactions_.contains(name)) continue;
    absl::Status done;
    const bool wanted = compacted.contains(name) && HasSuperseded(*table);
    if (wanted || IsCompactionDue(*table, options_)) {
      auto compaction = std::make_unique<TableCompaction>(files_, paths_, *table);
      done = compaction->Copy();
      compactions_[name] = std::move(compaction);
    } else {
      done = SyncRecords(*table);
    }
    if (!done.ok()) return done;
  }
  return absl::OkStatus();
}

absl::Status TablesCheckpoint::SyncRecords(TableState& table) {
  sync_failure_ = table.generation->records.Sync();
  return sync_failure_;
}

void TablesCheckpoint::Add(std::unique_ptr<TableCompaction> compaction) {
  const std::string& name = compaction->table().name();
  compactions_[name] = std::move(compaction);
}

TableCompaction* TablesCheckpoint::FindCompaction(const std::string& table) {
  const auto found = compactions_.find(table);
  return found == compactions_.end() ? nullptr : found->second.get();
}

absl::Status TablesCheckpoint::Complete(const TableMap& tables) {
  tables_ = tables;
  for (const auto& [name, table] : tables) {
    TableCompaction* const compaction = FindCompaction(name);
    absl::Status done = compaction != nullptr ? compaction->Complete() : SyncRecords(*table);
    if (!done.ok()) return done;
    const TableGeneration& generation =
        compaction != nullptr ? *compaction->generation() : *table->generation;
    assert(generation.records.tail().empty());  // nobody is at it
    wal::TableCheckpoint& entry = header_[name];
    entry.bytes = generation.records.file_bytes();
    entry.lines = generation.written.lines;
    entry.live = generation.written.live;
    entry.checksum = generation.records.Checksum();
    entry.schema_version = generation.layout().schema().version;
    entry.next_id = generation.written.next_id;
    entry.schema_checksum = table->schema_checksum;
    entry.compacted = compaction != nullptr;
    assert(!entry.compacted || entry.lines >= entry.live);
  }
  // The compacted files' names.
  return compactions_.empty() ? absl::OkStatus() : files_.SyncDirectory(paths_.DataDirectory());
}

void TablesCheckpoint::Abandon() {
  for (const auto& [name, compaction] : compactions_) compaction->Abandon();
  compactions_.clear();
}

absl::Status TablesCheckpoint::Finish(Publisher& publisher, CheckpointReport* report) {
  for (const auto& [name, compaction] : compactions_) {
    absl::Status renamed = files_.Rename(paths_.RecordsCompacted(name), paths_.Records(name));
    if (!renamed.ok()) return renamed;
    compaction->generation()->records.NoteRename(paths_.Records(name));
    report->tables_compacted.push_back(name);
    report->lines_dropped += compaction->lines_dropped();
    // Who reads the old file goes on with its mapping.
    publisher.Replace(*tables_.at(name), compaction->generation());
  }
  return compactions_.empty() ? absl::OkStatus() : files_.SyncDirectory(paths_.DataDirectory());
}

std::string ArchiveTime(std::chrono::seconds ago) {
  // 2026-01-22T20:31:17.592172Z -> 20260122_203117
  const std::string time = schema::FormatTimestamp(schema::Now() - ago);
  return time.substr(0, 4) + time.substr(5, 2) + time.substr(8, 2) + "_" + time.substr(11, 2) +
         time.substr(14, 2) + time.substr(17, 2);
}

}  // namespace linedb::engine
