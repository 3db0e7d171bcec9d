// Who holds which columns of a table.

#ifndef LINEDB_ENGINE_COLUMNAR_TABLE_COLUMNS_H_
#define LINEDB_ENGINE_COLUMNAR_TABLE_COLUMNS_H_

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/columnar/column_store.h"
#include "engine/index/table_state.h"
#include "linedb/columnar.h"

namespace linedb::engine {

// The stores of a table's generations. They are their holders'; this finds them. Any thread.
class TableColumns {
 public:
  explicit TableColumns(const TableState& table) : table_(table) {}

  std::shared_ptr<ColumnStore> StoreOf(const std::shared_ptr<const TableGeneration>& generation);
  // Whether somebody holds all of these columns, in the same generation.
  bool AreHeld(std::span<const int> numbers);
  // Of all arrays that are there, in whatever generation, and of those that only a view holds.
  std::uint64_t memory_bytes() const { return memory_->load(std::memory_order_relaxed); }

 private:
  const TableState& table_;
  const ColumnMemory memory_ = std::make_shared<std::atomic<std::uint64_t>>(0);
  std::mutex mutex_;
  std::vector<std::weak_ptr<ColumnStore>> stores_;
};

// The same of all tables. Tables are never freed before it. Any thread.
class DatabaseColumns {
 public:
  TableColumns& Of(const TableState& table);
  std::uint64_t MemoryOf(const TableState& table) const;

 private:
  mutable std::mutex mutex_;
  std::map<const TableState*, std::unique_ptr<TableColumns>> tables_;
};

// What the copies of one ColumnSet share: it keeps the columns in memory. Any thread.
class ColumnHold {
 public:
  ColumnHold(const TableState& table, TableColumns& columns, std::vector<int> numbers)
      : table_(table), columns_(columns), numbers_(std::move(numbers)) {}

  // Of what is published, `now` for records that expire; the table's `retired` if it is.
  absl::StatusOr<std::shared_ptr<const ColumnMoment>> MomentNow(Timestamp now);
  // Of an open snapshot.
  absl::StatusOr<std::shared_ptr<const ColumnMoment>> MomentOf(
      const std::shared_ptr<const TableGeneration>& generation, std::uint64_t limit, Timestamp now);

 private:
  // A store's columns, in the order of numbers_.
  struct Held {
    std::shared_ptr<ColumnStore> store;
    std::vector<std::shared_ptr<StoredColumn>> columns;
  };
  Held& HeldOf(const std::shared_ptr<const TableGeneration>& generation);
  absl::StatusOr<std::shared_ptr<const ColumnMoment>> MomentAt(
      const std::shared_ptr<const TableGeneration>& generation, std::optional<std::uint64_t> limit,
      Timestamp now);

  const TableState& table_;
  TableColumns& columns_;
  const std::vector<int> numbers_;

  std::mutex mutex_;        // guards the three below
  std::vector<Held> held_;  // of the present generation, and of those that open snapshots have
  const ColumnStore* last_store_ = nullptr;
  std::shared_ptr<const ColumnMoment> last_;  // of last_store_: given again while nothing changed
};

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_COLUMNAR_TABLE_COLUMNS_H_
