#include "engine/history/diff_moments.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/history/log_span.h"
#include "engine/history/row_difference.h"
#include "engine/storage/carry_over.h"
#include "engine/transaction/canonical_order.h"
#include "schema/record_codec.h"
#include "schema/schema_document.h"

namespace linedb::engine {
namespace {

using Layout = std::shared_ptr<const schema::RecordLayout>;

absl::StatusOr<Layout> LayoutOf(TableSchema schema) {
  absl::StatusOr<schema::RecordLayout> layout = schema::RecordLayout::Create(std::move(schema));
  if (!layout.ok()) return layout.status();
  return std::make_shared<const schema::RecordLayout>(*std::move(layout));
}

// A row that was changed in between. Empty lines: it was not there.
struct TouchedRow {
  std::string before;
  std::optional<std::string> carried;  // what alterations have made of it; nothing: it is `before`
  bool carried_fits = true;
  std::string after;
};

// A table from the first moment on.
class TouchedTable {
 public:
  explicit TouchedTable(Layout at_first) : first_(at_first), now_(std::move(at_first)) {}

  absl::Status Take(const wal::LogEntry& entry) {
    switch (entry.operation) {
      case wal::Operation::kCreateTable:
      case wal::Operation::kAlterTable:
        return TakeSchema(entry);
      case wal::Operation::kDropTable:
        rows_.clear();
        dropped_ = dropped_ || first_ != nullptr;
        now_ = nullptr;
        return absl::OkStatus();
      case wal::Operation::kPurge:
      case wal::Operation::kPurged:
        return absl::OkStatus();  // of a record that neither moment has
      case wal::Operation::kInsert:
      case wal::Operation::kUpdate:
      case wal::Operation::kDelete:
        break;
    }
    return TakeRow(entry);
  }

  // Whether a table that was there at the first moment was dropped since.
  bool dropped() const { return dropped_; }

  // What differs, to the visitor. True if it ended that.
  bool Tell(const DifferenceVisitor& visit, std::vector<TableDifferences>* found) const;

 private:
  absl::Status TakeSchema(const wal::LogEntry& entry);
  absl::Status TakeRow(const wal::LogEntry& entry);
  std::vector<const TouchedRow*> RowsToTell() const;
  void TellRows(TableTeller& teller) const;

  Layout first_;                  // null: there was no such table
  Layout now_;                    // null: there is none
  Layout was_;                    // before the last alteration,
  wal::TransactionId altered_{};  // which this transaction made
  bool dropped_ = false;
  std::map<std::string, TouchedRow> rows_;  // by key text
};

absl::Status TouchedTable::TakeSchema(const wal::LogEntry& entry) {
  absl::StatusOr<schema::SchemaDocument> document = schema::ParseSchemaDocument(entry.record);
  absl::Status done = document.status();
  absl::StatusOr<Layout> layout;
  if (done.ok()) {
    layout = LayoutOf(std::move(document->schema));
    done = layout.status();
  }
  if (!done.ok()) return AtPlace(absl::StrCat("lsn ", entry.lsn.value), done);
  was_ = std::exchange(now_, *std::move(layout));
  altered_ = entry.transaction;
  if (was_ == nullptr) return absl::OkStatus();
  for (auto& [key, row] : rows_) {
    if (!row.before.empty() && row.carried_fits) {
      row.carried = CarryOver(*was_, *now_, row.carried.value_or(row.before));
      row.carried_fits = row.carried.has_value();
    }
    if (row.after.empty()) continue;
    std::optional<std::string> after = CarryOver(*was_, *now_, row.after);
    // The alteration carried every record over, so it fits, or a function's result follows.
    if (after) row.after = *std::move(after);
  }
  return absl::OkStatus();
}

absl::Status TouchedTable::TakeRow(const wal::LogEntry& entry) {
  const std::string_view line = entry.record.empty() ? entry.old_record : entry.record;
  SplitLine split;
  if (now_ == nullptr || !split.Set(*now_, line)) {
    return absl::DataLossError(absl::StrCat("lsn ", entry.lsn.value, ": not a record of table ",
                                            std::string(entry.table), ": ", std::string(line)));
  }
  std::string scratch;
  const std::optional<std::string_view> key =
      schema::KeyTextOf(now_->keys()[0], line, split.spans(), &scratch);
  const auto [row, is_new] = rows_.try_emplace(std::string(key.value_or("")));
  if (is_new) {
    row->second.before = entry.old_record;
    if (now_ != first_ && !entry.old_record.empty()) {
      row->second.carried = row->second.before;
      if (was_ != nullptr && entry.transaction == altered_) {
        // A program's function has migrated it with the alteration just before.
        row->second.carried = CarryOver(*was_, *now_, entry.old_record);
        row->second.carried_fits = row->second.carried.has_value();
        std::string before;
        if (was_ != first_ && first_ != nullptr &&
            CarryBack(*was_, *first_, entry.old_record, &before).ok()) {
          row->second.before = std::move(before);
        }
      }
    }
  }
  row->second.after = entry.record;
  return absl::OkStatus();
}

bool TouchedTable::Tell(const DifferenceVisitor& visit,
                        std::vector<TableDifferences>* found) const {
  const Layout before = dropped_ ? nullptr : first_;
  TableDifferences all;
  bool stopped = false;
  if (dropped_) {
    TableTeller gone(first_.get(), nullptr, visit);
    gone.TellSchema();
    all = gone.found();
    stopped = gone.stopped();
  }
  if (!stopped && (before != nullptr || now_ != nullptr)) {
    TableTeller teller(before.get(), now_.get(), visit);
    teller.TellSchema();
    if (!teller.stopped()) TellRows(teller);
    stopped = teller.stopped();
    const bool schema = all.schema || teller.found().schema;
    all = teller.found();
    all.schema = schema;
  }
  if (all.schema || all.inserted + all.updated + all.deleted > 0) {
    found->push_back(std::move(all));
  }
  return stopped;
}

// Of a table without a primary key rows are what they hold: one that was erased and another with
// the same values that was inserted are no difference.
std::vector<const TouchedRow*> TouchedTable::RowsToTell() const {
  std::vector<const TouchedRow*> rows;
  std::map<std::string, std::vector<const TouchedRow*>> erased;  // by what they hold
  const bool keyed = !now_->has_row_id();
  const RowIdCutter cutter(now_->schema());
  const auto without_id = [&cutter](std::string_view line) {
    std::string text;
    cutter.Cut(line, [&text](std::string_view piece) { text.append(piece); });
    return text;
  };
  for (const auto& [key, row] : rows_) {
    if (keyed || row.before.empty() || !row.after.empty()) continue;
    erased[without_id(row.carried.value_or(row.before))].push_back(&row);
  }
  for (const auto& [key, row] : rows_) {
    if (row.before.empty() && row.after.empty()) continue;
    if (!keyed && row.after.empty()) continue;
    if (!keyed && row.before.empty()) {
      const auto same = erased.find(without_id(row.after));
      if (same != erased.end() && !same->second.empty()) {
        same->second.pop_back();
        continue;
      }
    }
    rows.push_back(&row);
  }
  for (const auto& [text, left] : erased) rows.insert(rows.end(), left.begin(), left.end());
  return rows;
}

// In canonical order, which after an alteration is still that of the key.
void TouchedTable::TellRows(TableTeller& teller) const {
  struct Row {
    const TouchedRow* row;
    OrderedValues values;
  };
  if (now_ == nullptr) return;
  CanonicalOrder order_now(*now_);
  std::vector<Row> rows;
  for (const TouchedRow* row : RowsToTell()) {
    Row next{row, {}};
    const std::string& line = row->after.empty() ? row->before : row->after;
    const bool split = order_now.Split(line, &next.values) ||
                       (first_ != nullptr && CanonicalOrder(*first_).Split(line, &next.values));
    if (!split) next.values.clear();
    rows.push_back(std::move(next));
  }
  std::stable_sort(rows.begin(), rows.end(), [&](const Row& a, const Row& b) {
    if (a.values.size() != b.values.size()) return a.values.size() < b.values.size();
    return a.values.size() == order_now.types().size() && order_now.Compare(a.values, b.values) < 0;
  });
  for (const Row& next : rows) {
    if (teller.stopped()) return;
    const TouchedRow& row = *next.row;
    std::optional<std::string_view> carried = row.before;
    if (row.carried) carried = *row.carried;
    if (!row.carried_fits) carried = std::nullopt;
    teller.TellRow(row.before, carried, row.after);
  }
}

class MomentsDiff {
 public:
  MomentsDiff(LogSpan span, const DiffOptions& options, const DifferenceVisitor& visit)
      : span_(std::move(span)), options_(options), visit_(visit) {}

  absl::StatusOr<DiffReport> Run(const Moment& from, const Moment& to) {
    absl::StatusOr<wal::Lsn> first = span_.Resolve(from);
    if (!first.ok()) return first.status();
    absl::StatusOr<wal::Lsn> last = span_.Resolve(to);
    if (!last.ok()) return last.status();
    if (*first > *last) {
      return absl::InvalidArgumentError(absl::StrCat(
          "the first moment, lsn ", first->value, ", is later than the second, lsn ", last->value));
    }
    absl::Status done = Read(*first, *last);
    if (!done.ok()) return done;
    DiffReport report;
    report.lsn_from = first->value;
    report.lsn_to = last->value;
    for (const auto& [name, table] : tables_) {
      if (table.dropped()) {
        report.notes.push_back(absl::StrCat("the rows that table ", name, " had when it was ",
                                            "dropped are not in the log; `restore` to lsn ",
                                            first->value, " has them"));
      }
      if (table.Tell(visit_, &report.tables)) break;
    }
    return report;
  }

 private:
  absl::Status Read(wal::Lsn first, wal::Lsn last) {
    absl::StatusOr<std::map<std::string, TableSchema>> schemas = span_.SchemasAfter(first);
    if (!schemas.ok()) return schemas.status();
    for (auto& [name, schema] : *schemas) {
      if (!IsWanted(name)) continue;
      absl::StatusOr<Layout> layout = LayoutOf(std::move(schema));
      if (!layout.ok()) return layout.status();
      tables_.emplace(name, *std::move(layout));
    }
    absl::Status walked = span_.Walk(
        wal::Lsn{first.value + 1}, last,
        [&](const std::vector<wal::LogEntry>& transaction) { return Take(transaction); });
    if (walked.ok() && tables_.empty() && !options_.table.empty()) {
      return absl::NotFoundError(absl::StrCat("there was no table \"", options_.table,
                                              "\" from lsn ", first.value, " to ", last.value));
    }
    return walked;
  }

  absl::Status Take(const std::vector<wal::LogEntry>& transaction) {
    for (const wal::LogEntry& entry : transaction) {
      if (!IsWanted(entry.table)) continue;
      const auto table = tables_.try_emplace(std::string(entry.table), nullptr).first;
      if (absl::Status taken = table->second.Take(entry); !taken.ok()) return taken;
    }
    done_ += transaction.size();
    if (!options_.progress || options_.progress(done_)) return absl::OkStatus();
    return absl::CancelledError("the comparison was interrupted");
  }

  bool IsWanted(std::string_view table) const {
    return options_.table.empty() || options_.table == table;
  }

  const LogSpan span_;
  const DiffOptions& options_;
  const DifferenceVisitor& visit_;
  std::map<std::string, TouchedTable> tables_;
  std::uint64_t done_ = 0;
};

}  // namespace

absl::StatusOr<DiffReport> DiffMoments(wal::FileSystem& files, const wal::DatabasePaths& paths,
                                       const Moment& from, const Moment& to,
                                       const DiffOptions& options, const DifferenceVisitor& visit) {
  absl::StatusOr<LogSpan> span = LogSpan::Open(files, paths);
  if (!span.ok()) return span.status();
  return MomentsDiff(*std::move(span), options, visit).Run(from, to);
}

}  // namespace linedb::engine

namespace linedb {

absl::StatusOr<DiffReport> DiffMoments(const std::string& directory, const Moment& from,
                                       const Moment& to, const DiffOptions& options,
                                       const DifferenceVisitor& visit) {
  return engine::DiffMoments(wal::PosixFileSystem(),
                             wal::DatabasePaths(wal::WithoutSlash(directory)), from, to, options,
                             visit);
}

}  // namespace linedb
