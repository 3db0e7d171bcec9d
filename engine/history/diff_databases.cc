// DiffDatabases: two tables walked in the order of their keys, side by side.

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/history/row_difference.h"
#include "engine/transaction/canonical_order.h"
#include "engine/transaction/sorted_records.h"
#include "linedb/diff.h"

namespace linedb {
namespace engine {
namespace {

constexpr std::uint64_t kRowsPerProgress = 4096;

absl::Status Interrupted() { return absl::CancelledError("the comparison was interrupted"); }

// A database at one moment of the comparison.
class Side {
 public:
  static absl::StatusOr<Side> Open(Database& database) {
    absl::StatusOr<ReadTransaction> snapshot = database.BeginRead();
    if (!snapshot.ok()) return snapshot.status();
    return Side(database, *std::move(snapshot));
  }

  std::vector<std::string> TableNames() const { return database_->TableNames(); }
  Database& database() const { return *database_; }
  const ReadTransaction& snapshot() const { return snapshot_; }

 private:
  Side(Database& database, ReadTransaction snapshot)
      : database_(&database), snapshot_(std::move(snapshot)) {}

  Database* database_;
  ReadTransaction snapshot_;
};

// A table of one side; without a layout: it is not there.
class SideTable {
 public:
  absl::Status Open(const Side& side, const std::string& table) {
    absl::StatusOr<TableCore> core = side.database().OpenCore(table);
    if (!core.ok()) return absl::OkStatus();
    // One that was created since the moment is not there.
    const absl::StatusOr<std::uint64_t> count = core->record_count(side.snapshot());
    if (absl::IsFailedPrecondition(count.status())) return absl::OkStatus();
    if (!count.ok()) return count.status();
    absl::StatusOr<schema::RecordLayout> layout = schema::RecordLayout::Create(core->schema());
    if (!layout.ok()) return layout.status();
    layout_ = *std::move(layout);
    order_.emplace(*layout_);
    core_ = *core;
    snapshot_ = &side.snapshot();
    return absl::OkStatus();
  }

  const schema::RecordLayout* layout() const { return layout_ ? &*layout_ : nullptr; }
  const CanonicalOrder& order() const { return *order_; }

  absl::Status Sort(SortedRecords::Progress progress) {
    if (!layout_) return absl::OkStatus();
    absl::StatusOr<SortedRecords> records =
        SortedRecords::Create(*layout_, *core_, *snapshot_, progress);
    if (absl::IsCancelled(records.status())) return Interrupted();
    if (!records.ok()) return records.status();
    records_.emplace(*std::move(records));
    SplitNext();
    return absl::OkStatus();
  }

  bool at_end() const { return !records_ || next_ == records_->size(); }
  std::string_view line() const { return records_->line(next_); }
  const OrderedValues& values() const { return values_; }
  void Advance() {
    ++next_;
    SplitNext();
  }

 private:
  // The lines were split when they were sorted, so they can be.
  void SplitNext() {
    if (!at_end()) order_->Split(line(), &values_);
  }

  std::optional<schema::RecordLayout> layout_;
  std::optional<CanonicalOrder> order_;
  std::optional<TableCore> core_;
  const ReadTransaction* snapshot_ = nullptr;
  std::optional<SortedRecords> records_;
  std::size_t next_ = 0;
  OrderedValues values_;
};

std::vector<std::string> KeyNames(const schema::RecordLayout& layout) {
  std::vector<std::string> names;
  for (const int column : layout.keys()[0].columns) {
    names.push_back(layout.columns()[static_cast<std::size_t>(column)].name);
  }
  return names;
}

// Whether rows of the one can be found in the other.
bool CanPair(const SideTable& before, const SideTable& after) {
  if (before.layout() == nullptr || after.layout() == nullptr) return false;
  if (before.layout()->has_row_id() || after.layout()->has_row_id()) {
    return SameColumns(*before.layout(), *after.layout());
  }
  return KeyNames(*before.layout()) == KeyNames(*after.layout()) &&
         before.order().types() == after.order().types();
}

class TableComparison {
 public:
  TableComparison(const DiffOptions& options, const DifferenceVisitor& visit, std::uint64_t* done)
      : options_(options), visit_(visit), done_(*done) {}

  // What was found; nothing if the visitor ended it is left out.
  absl::Status Run(const Side& before, const Side& after, const std::string& table,
                   DiffReport* report, bool* stopped) {
    absl::Status opened = before_.Open(before, table);
    if (opened.ok()) opened = after_.Open(after, table);
    if (!opened.ok()) return opened;
    if (before_.layout() == nullptr && after_.layout() == nullptr) return absl::OkStatus();
    TableTeller teller(before_.layout(), after_.layout(), visit_);
    teller.TellSchema();
    absl::Status done = teller.stopped() ? absl::OkStatus() : CompareRows(teller);
    if (teller.differs()) report->tables.push_back(teller.found());
    *stopped = teller.stopped();
    return done;
  }

 private:
  absl::Status CompareRows(TableTeller& teller) {
    const auto goes_on = [this](std::uint64_t) { return GoesOn(); };
    absl::Status sorted = before_.Sort(goes_on);
    if (sorted.ok()) sorted = after_.Sort(goes_on);
    if (!sorted.ok()) return sorted;
    const bool can_pair = CanPair(before_, after_);
    if (can_pair) same_columns_ = SameColumns(*before_.layout(), *after_.layout());
    while (!(before_.at_end() && after_.at_end()) && !teller.stopped()) {
      if (++done_ % kRowsPerProgress == 0 && !GoesOn()) return Interrupted();
      int compared = before_.at_end() ? 1 : -1;
      if (can_pair && !before_.at_end() && !after_.at_end()) {
        compared = before_.order().Compare(before_.values(), after_.values());
      }
      if (compared < 0) {
        teller.TellRow(before_.line(), std::nullopt, {});
      } else if (compared > 0) {
        teller.TellRow({}, std::nullopt, after_.line());
      } else {
        TellPair(teller);
      }
      if (compared <= 0) before_.Advance();
      if (compared >= 0) after_.Advance();
    }
    return absl::OkStatus();
  }

  void TellPair(TableTeller& teller) {
    // Without a key all columns were compared.
    if (before_.layout()->has_row_id()) return;
    if (same_columns_) return teller.TellRow(before_.line(), before_.line(), after_.line());
    carried_ = CarryOver(*before_.layout(), *after_.layout(), before_.line());
    teller.TellRow(before_.line(), carried_, after_.line());
  }

  bool GoesOn() const { return !options_.progress || options_.progress(done_); }

  const DiffOptions& options_;
  const DifferenceVisitor& visit_;
  std::uint64_t& done_;
  SideTable before_;
  SideTable after_;
  bool same_columns_ = false;
  std::optional<std::string> carried_;
};

}  // namespace
}  // namespace engine

absl::StatusOr<DiffReport> DiffDatabases(Database& before, Database& after,
                                         const DiffOptions& options,
                                         const DifferenceVisitor& visit) {
  absl::StatusOr<engine::Side> first = engine::Side::Open(before);
  if (!first.ok()) return first.status();
  absl::StatusOr<engine::Side> second = engine::Side::Open(after);
  if (!second.ok()) return second.status();
  std::set<std::string> names;
  for (const engine::Side* side : {&*first, &*second}) {
    for (std::string& name : side->TableNames()) names.insert(std::move(name));
  }
  if (!options.table.empty()) {
    if (!names.contains(options.table)) {
      // The one that has more to say about a mistyped name.
      return (after.TableNames().empty() ? before : after).OpenCore(options.table).status();
    }
    names = {options.table};
  }
  DiffReport report;
  report.lsn_from = before.Stats().last_lsn;
  report.lsn_to = after.Stats().last_lsn;
  std::uint64_t done = 0;
  bool stopped = false;
  for (const std::string& name : names) {
    engine::TableComparison comparison(options, visit, &done);
    absl::Status compared = comparison.Run(*first, *second, name, &report, &stopped);
    if (!compared.ok()) return compared;
    if (stopped) break;
  }
  return report;
}

}  // namespace linedb
