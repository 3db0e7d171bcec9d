#include "engine/transaction/publisher.h"

#include <algorithm>
#include <functional>
#include <shared_mutex>
#include <utility>

namespace linedb::engine {

const TableSnapshot* Snapshot::Find(const TableState* table) const {
  const auto found = std::lower_bound(tables_.begin(), tables_.end(), table,
                                      [](const TableSnapshot& entry, const TableState* key) {
                                        return std::less<>()(entry.table, key);
                                      });
  return found != tables_.end() && found->table == table ? &*found : nullptr;
}

void Publisher::Publish(absl::Span<const Transaction* const> transactions) {
  const std::lock_guard<std::mutex> lock(snapshots_->mutex);
  for (const Transaction* transaction : transactions) {
    for (const std::unique_ptr<TableChanges>& changes : transaction->tables()) changes->Publish();
  }
}

void Publisher::Publish(std::map<std::string_view, TableChanges>& changes) {
  const std::lock_guard<std::mutex> lock(snapshots_->mutex);
  for (auto& [name, table_changes] : changes) table_changes.Publish();
}

std::shared_ptr<const Snapshot> Publisher::TakeSnapshot(
    const std::vector<const TableState*>& tables, const ExpiryMoment& moment) {
  std::vector<TableSnapshot> held;
  held.reserve(tables.size());
  for (const TableState* table : tables) held.push_back({table, nullptr, {}, nullptr, moment});
  std::sort(held.begin(), held.end(), [](const TableSnapshot& a, const TableSnapshot& b) {
    return std::less<>()(a.table, b.table);
  });
  // Everything at one moment, the registration too: what is superseded by what the snapshot does
  // not see must not be settled in between.
  const std::lock_guard<std::mutex> lock(snapshots_->mutex);
  for (TableSnapshot& table : held) {
    table.generation = table.table->generation;
    table.extent = table.generation->published();
  }
  const Snapshot* snapshot = new Snapshot(std::move(held));
  snapshots_->open.insert(snapshot);
  return {snapshot, [snapshots = snapshots_](const Snapshot* closed) {
            {
              const std::lock_guard<std::mutex> closing(snapshots->mutex);
              snapshots->open.erase(closed);
            }
            delete closed;
          }};
}

void Publisher::Replace(TableState& table, std::shared_ptr<TableGeneration> generation) {
  generation->Publish(generation->written);
  const std::unique_lock<std::shared_mutex> table_lock(table.mutex);
  const std::lock_guard<std::mutex> lock(snapshots_->mutex);
  table.generation = std::move(generation);
}

std::uint64_t Publisher::SettleLimit(const TableGeneration& generation) const {
  const std::lock_guard<std::mutex> lock(snapshots_->mutex);
  std::uint64_t limit = generation.published_bytes();
  for (const Snapshot* snapshot : snapshots_->open) {
    for (const TableSnapshot& table : snapshot->tables()) {
      if (table.generation.get() == &generation) limit = std::min(limit, table.extent.bytes);
    }
  }
  return limit;
}

}  // namespace linedb::engine
