// What readers see: the moment at which a transaction becomes visible, and moments held fast.

#ifndef LINEDB_ENGINE_TRANSACTION_PUBLISHER_H_
#define LINEDB_ENGINE_TRANSACTION_PUBLISHER_H_

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string_view>
#include <vector>

#include "absl/types/span.h"
#include "engine/index/record_expiry.h"
#include "engine/index/table_state.h"
#include "engine/transaction/transaction.h"
#include "engine/transaction/view_keeper.h"

namespace linedb::engine {

// A table at one moment.
struct TableSnapshot {
  const TableState* table = nullptr;
  std::shared_ptr<const TableGeneration> generation;
  TableExtent extent;
  ViewKeeper* views = nullptr;  // the snapshot's
  ExpiryMoment moment;          // what has expired by then is not seen
};

// All tables at one moment: of each its file and how far it went. Holds nothing up: files that are
// replaced meanwhile stay mapped, lines that are superseded stay findable (RetainedLines).
class Snapshot {
 public:
  explicit Snapshot(std::vector<TableSnapshot> tables) : tables_(std::move(tables)) {
    for (TableSnapshot& table : tables_) table.views = &views_;
  }
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;

  // Null if there was no such table.
  const TableSnapshot* Find(const TableState* table) const;
  const std::vector<TableSnapshot>& tables() const { return tables_; }
  ViewKeeper& views() const { return views_; }

 private:
  std::vector<TableSnapshot> tables_;  // by address
  mutable ViewKeeper views_;           // locks itself
};

// Any thread. Its lock is held for moments only, and no other is taken under it. It guards, beside
// the table's mutex, which generation a table is at.
class Publisher {
 public:
  Publisher() : snapshots_(std::make_shared<Snapshots>()) {}

  // Shows transactions, each with all its tables at once; or what a log did, by table.
  void Publish(absl::Span<const Transaction* const> transactions);
  void Publish(std::map<std::string_view, TableChanges>& changes);
  // The tables are kept from being dropped by the caller.
  std::shared_ptr<const Snapshot> TakeSnapshot(const std::vector<const TableState*>& tables,
                                               const ExpiryMoment& moment);
  // Goes on with another generation of the same records; no transaction is on its way.
  void Replace(TableState& table, std::shared_ptr<TableGeneration> generation);
  // The length of the generation's file that everybody who reads it sees at least, from now on.
  std::uint64_t SettleLimit(const TableGeneration& generation) const;

 private:
  // Apart, since a snapshot may be dropped after the publisher.
  struct Snapshots {
    std::mutex mutex;
    std::set<const Snapshot*> open;
  };
  std::shared_ptr<Snapshots> snapshots_;
};

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_TRANSACTION_PUBLISHER_H_
