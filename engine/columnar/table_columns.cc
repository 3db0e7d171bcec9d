#include "engine/columnar/table_columns.h"

#include <shared_mutex>

namespace linedb::engine {

std::shared_ptr<ColumnStore> TableColumns::StoreOf(
    const std::shared_ptr<const TableGeneration>& generation) {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::erase_if(stores_, [](const std::weak_ptr<ColumnStore>& store) { return store.expired(); });
  for (const std::weak_ptr<ColumnStore>& each : stores_) {
    std::shared_ptr<ColumnStore> store = each.lock();
    if (store != nullptr && store->IsOf(generation)) return store;
  }
  auto store = std::make_shared<ColumnStore>(table_, generation, memory_);
  stores_.push_back(store);
  return store;
}

bool TableColumns::AreHeld(std::span<const int> numbers) {
  const std::lock_guard<std::mutex> lock(mutex_);
  for (const std::weak_ptr<ColumnStore>& each : stores_) {
    const std::shared_ptr<ColumnStore> store = each.lock();
    if (store != nullptr && store->AreHeld(numbers)) return true;
  }
  return false;
}

TableColumns& DatabaseColumns::Of(const TableState& table) {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::unique_ptr<TableColumns>& columns = tables_[&table];
  if (columns == nullptr) columns = std::make_unique<TableColumns>(table);
  return *columns;
}

std::uint64_t DatabaseColumns::MemoryOf(const TableState& table) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = tables_.find(&table);
  return found == tables_.end() ? 0 : found->second->memory_bytes();
}

absl::StatusOr<std::shared_ptr<const ColumnMoment>> ColumnHold::MomentNow(Timestamp now) {
  std::shared_ptr<const TableGeneration> generation;
  {
    const std::shared_lock<std::shared_mutex> lock(table_.mutex);
    if (!table_.retired.ok()) return table_.retired;
    generation = table_.generation;
  }
  return MomentAt(generation, std::nullopt, now);
}

absl::StatusOr<std::shared_ptr<const ColumnMoment>> ColumnHold::MomentOf(
    const std::shared_ptr<const TableGeneration>& generation, std::uint64_t limit, Timestamp now) {
  return MomentAt(generation, limit, now);
}

absl::StatusOr<std::shared_ptr<const ColumnMoment>> ColumnHold::MomentAt(
    const std::shared_ptr<const TableGeneration>& generation, std::optional<std::uint64_t> limit,
    Timestamp now) {
  const std::lock_guard<std::mutex> lock(mutex_);
  Held& held = HeldOf(generation);
  const std::uint64_t wanted = limit.value_or(generation->published_bytes());
  const bool expires = table_.layout().expires_column() >= 0;
  if (last_ != nullptr && last_store_ == held.store.get() && last_->limit == wanted && !expires) {
    return last_;
  }
  auto moment = held.store->MomentAt(generation, limit, now, held.columns);
  if (!moment.ok()) return moment.status();
  last_ = *std::move(moment);
  last_store_ = held.store.get();
  return last_;
}

ColumnHold::Held& ColumnHold::HeldOf(const std::shared_ptr<const TableGeneration>& generation) {
  // A generation that was compacted away and that no snapshot has: let go before others are read.
  std::erase_if(held_, [](const Held& held) { return held.store->IsObsolete(); });
  for (Held& held : held_) {
    if (held.store->IsOf(generation)) return held;
  }
  last_.reset();
  last_store_ = nullptr;
  Held& held = held_.emplace_back();
  held.store = columns_.StoreOf(generation);
  for (const int number : numbers_) held.columns.push_back(held.store->Hold(number));
  return held;
}

}  // namespace linedb::engine
