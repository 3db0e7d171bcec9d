#include "linedb/compact.h"

#include <set>
#include <utility>

#include "engine/checkpoint_tables.h"
#include "engine/engine.h"

namespace linedb {
namespace {

// The tables named, or all; kNotFound if there is none of that name.
absl::StatusOr<std::set<std::string>> ChosenTables(Database& database,
                                                   const std::vector<std::string>& tables) {
  std::set<std::string> chosen(tables.begin(), tables.end());
  if (tables.empty()) {
    for (std::string& name : database.TableNames()) chosen.insert(std::move(name));
  }
  for (const std::string& name : chosen) {
    const absl::StatusOr<engine::TableCore> core = database.OpenCore(name);
    if (!core.ok()) return core.status();
  }
  return chosen;
}

// Lines are those of the file, bytes those of the records that are seen in it.
absl::Status CountLive(const engine::TableCore& core, const ReadTransaction& snapshot,
                       CompactionPlan* plan) {
  absl::StatusOr<engine::RecordCursor> cursor = core.Scan(snapshot);
  if (!cursor.ok()) return cursor.status();
  for (std::string_view line; cursor->Next(&line);) {
    ++plan->lines_after;
    plan->bytes_after += line.size() + 1;
  }
  return cursor->status();
}

}  // namespace

absl::StatusOr<std::vector<CompactionPlan>> PlanCompaction(Database& database,
                                                           const std::vector<std::string>& tables) {
  const absl::StatusOr<std::set<std::string>> chosen = ChosenTables(database, tables);
  if (!chosen.ok()) return chosen.status();
  const Statistics statistics = database.Stats();
  const absl::StatusOr<ReadTransaction> snapshot = database.BeginRead();
  if (!snapshot.ok()) return snapshot.status();
  std::vector<CompactionPlan> plans;
  for (const TableStatistics& table : statistics.tables) {
    if (!chosen->contains(table.name)) continue;
    CompactionPlan plan{
        .table = table.name, .lines_before = table.lines, .bytes_before = table.file_bytes};
    const absl::StatusOr<engine::TableCore> core = database.OpenCore(table.name);
    if (!core.ok()) return core.status();
    if (absl::Status counted = CountLive(*core, *snapshot, &plan); !counted.ok()) return counted;
    plans.push_back(std::move(plan));
  }
  return plans;
}

absl::StatusOr<std::vector<CompactionPlan>> PlanCheckpoint(Database& database,
                                                           const Options& options) {
  absl::StatusOr<std::vector<CompactionPlan>> plans = PlanCompaction(database);
  if (!plans.ok()) return plans;
  for (CompactionPlan& plan : *plans) {
    const auto table = database.engine().FindTable(plan.table);
    if (table != nullptr && engine::IsCompactionDue(*table, options)) continue;
    plan.lines_after = plan.lines_before;
    plan.bytes_after = plan.bytes_before;
  }
  return plans;
}

absl::StatusOr<CheckpointReport> Compact(Database& database,
                                         const std::vector<std::string>& tables) {
  const absl::StatusOr<std::set<std::string>> chosen = ChosenTables(database, tables);
  if (!chosen.ok()) return chosen.status();
  return database.engine().Checkpoint(*chosen);
}

}  // namespace linedb
