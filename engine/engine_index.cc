// Keeping the tables' indexes in files, in the background.

#include <algorithm>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <utility>

#include "engine/engine.h"
#include "engine/index/index_files.h"

namespace linedb::engine {
namespace {

bool IsIndexDue(const TableGeneration& table, const Options& options) {
  if (table.frozen() != nullptr || !table.records.has_file()) return false;
  const std::uint64_t unwritten = table.unwritten_index_bytes();
  return unwritten > 0 && unwritten >= options.index_bytes_min;
}

// The generation, if it has an index to write.
std::shared_ptr<TableGeneration> Frozen(const TableState& table) {
  const std::shared_lock<std::shared_mutex> lock(table.mutex);
  return table.generation->frozen() != nullptr ? table.generation : nullptr;
}

}  // namespace

void Engine::FreezeIndexes(const TableMap& tables) {
  for (const auto& [name, table] : tables) {
    if (!IsIndexDue(*table->generation, options_)) continue;
    const std::unique_lock<std::shared_mutex> lock(table->mutex);
    table->generation->FreezeIndex();
  }
}

bool Engine::HasIndexToWrite() const {
  const TableMap tables = Tables();
  return std::any_of(tables.begin(), tables.end(),
                     [](const auto& table) { return Frozen(*table.second) != nullptr; });
}

absl::Status Engine::WriteIndexes() {
  const std::lock_guard<std::mutex> one_at_a_time(indexes_mutex_);
  absl::Status done;
  for (const auto& [name, table] : Tables()) done.Update(WriteIndexOf(*table));
  return done;
}

absl::Status Engine::WriteIndexOf(TableState& table) {
  const std::shared_ptr<TableGeneration> generation = Frozen(table);
  if (generation == nullptr) return absl::OkStatus();
  // With manual maintenance no thread but the caller's.
  const int threads = options_.maintenance == Maintenance::kManual ? 1 : 0;
  absl::StatusOr<TableGeneration::Index> index = WriteIndex(files_, paths_, *generation, threads);
  if (!index.ok()) return index.status();
  // Whoever holds the slot looks keys up without the table's lock.
  absl::Status acquired = AcquireSlot();
  if (!acquired.ok()) return acquired;
  TableGeneration::Replaced replaced;  // freed when nobody waits for it
  bool in_force = false;
  {
    const std::unique_lock<std::shared_mutex> lock(table.mutex);
    replaced = generation->AdoptIndex(*std::move(index));
    in_force = table.generation == generation;
  }
  ReleaseSlot();
  // Of a table that was compacted or dropped meanwhile nothing is kept.
  RemoveOldIndexFiles(files_, paths_, table.name(), in_force ? generation.get() : nullptr);
  return absl::OkStatus();
}

void Engine::RemoveIndexOf(const std::string& table) {
  const std::lock_guard<std::mutex> one_at_a_time(indexes_mutex_);
  const TableMap tables = Tables();
  const auto found = tables.find(table);
  std::shared_ptr<TableGeneration> generation;
  if (found != tables.end()) {
    const std::shared_lock<std::shared_mutex> lock(found->second->mutex);
    generation = found->second->generation;
  }
  RemoveOldIndexFiles(files_, paths_, table, generation.get());
}

}  // namespace linedb::engine
