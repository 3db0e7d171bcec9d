#include "engine/watch/line_watcher.h"

#include <algorithm>
#include <cassert>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "schema/schema_document.h"

namespace linedb::engine {
namespace {

using Change = ::linedb::Change;

absl::Status Ended(const Change& change, const char* what, const char* how_to_go_on) {
  return absl::FailedPreconditionError(
      absl::StrCat("table ", std::string(change.table), " was ", what, " with lsn ", change.lsn,
                   ", which ended the watch on it: ", how_to_go_on));
}

// Whether records of the two look alike: their lines, and what a struct must have room for.
bool HaveSameColumns(const TableSchema& a, const TableSchema& b) {
  const auto same = [](const ColumnSchema& x, const ColumnSchema& y) {
    return x.name == y.name && x.type == y.type && x.nullable == y.nullable;
  };
  return std::equal(a.columns.begin(), a.columns.end(), b.columns.begin(), b.columns.end(), same);
}

}  // namespace

LineTest::LineTest(const schema::RecordLayout& layout, schema::BoundExpression condition)
    : layout_(layout),
      condition_(std::move(condition)),
      reader_(layout, condition_.columns()),
      values_(static_cast<std::size_t>(layout.column_count())) {}

absl::StatusOr<bool> LineTest::IsMetBy(std::string_view line) {
  if (line.empty()) return false;
  texts_.Clear();
  if (!reader_.Read(line, values_.data(), &texts_)) {
    return absl::FailedPreconditionError(
        absl::StrCat("table ", layout_.schema().table_name,
                     ": not a record of the table as it is: ", std::string(line)));
  }
  return condition_.Test(values_.data()) == schema::Truth::kTrue;
}

LineWatcher::LineWatcher(std::shared_ptr<const schema::RecordLayout> layout,
                         std::optional<schema::BoundExpression> condition, wal::Lsn known,
                         LineChangeCallback callback)
    : layout_(std::move(layout)), known_(known), callback_(std::move(callback)) {
  if (condition) test_.emplace(*layout_, *std::move(condition));
}

absl::Status LineWatcher::Take(const CommittedTransaction& transaction,
                               const std::atomic<bool>& ended) {
  assert(!pending_);
  had_other_columns_ = false;
  absl::Status taken;
  for (const Change& change : transaction.changes) {
    if (change.table == layout_->schema().table_name)
      taken = TakeChange(transaction, change, ended);
    if (!taken.ok()) break;
  }
  if (taken.ok() && pending_) {
    pending_->last_of_transaction = true;
    taken = TellPending(ended);
  }
  pending_.reset();
  return taken;
}

absl::Status LineWatcher::TakeChange(const CommittedTransaction& transaction, const Change& change,
                                     const std::atomic<bool>& ended) {
  if (change.kind == ChangeKind::kAlterTable) return TakeAlteration(change);
  if (change.kind == ChangeKind::kDropTable) return Ended(change, "dropped", "begin anew");
  if (change.kind > ChangeKind::kDelete) return absl::OkStatus();
  // A migration's functions: what they read is no record of the table as it is.
  if (had_other_columns_) return absl::OkStatus();
  const absl::StatusOr<std::optional<WatchEvent>> event = Judge(change);
  if (!event.ok()) return event.status();
  if (!*event) return absl::OkStatus();
  if (absl::Status told = TellPending(ended); !told.ok()) return told;
  pending_.emplace();
  pending_->event = **event;
  pending_->kind = change.kind;
  pending_->lsn = change.lsn;
  pending_->transaction = transaction.number;
  pending_->timestamp = transaction.timestamp;
  pending_->position = transaction.end;
  pending_->before = change.old_record;
  pending_->after = change.record;
  return absl::OkStatus();
}

// One that made the table what it is to this watch does not end it: it comes to who goes on from
// before it. Nor does one that leaves the columns as they are.
absl::Status LineWatcher::TakeAlteration(const Change& change) {
  const absl::StatusOr<schema::SchemaDocument> before =
      schema::ParseSchemaDocument(change.old_record);
  if (!before.ok()) return before.status();
  const absl::StatusOr<schema::SchemaDocument> after = schema::ParseSchemaDocument(change.record);
  if (!after.ok()) return after.status();
  if (!HaveSameColumns(after->schema, layout_->schema())) {
    // What came before the next one is no record of the table as it is, nor will it ever be.
    const bool again = change.lsn <= known_.value;
    return Ended(change, "altered",
                 again ? "it was altered again since, begin anew"
                       : "open it again, and go on from where this one ended");
  }
  had_other_columns_ = !HaveSameColumns(before->schema, layout_->schema());
  return absl::OkStatus();
}

// Nothing: it is not told.
absl::StatusOr<std::optional<WatchEvent>> LineWatcher::Judge(const Change& change) {
  bool was = !change.old_record.empty();
  bool is = !change.record.empty();
  if (test_) {
    const absl::StatusOr<bool> before = test_->IsMetBy(change.old_record);
    if (!before.ok()) return before.status();
    const absl::StatusOr<bool> after = test_->IsMetBy(change.record);
    if (!after.ok()) return after.status();
    was = *before;
    is = *after;
  }
  if (!was && !is) return std::nullopt;
  if (was && is) return WatchEvent::kChanged;
  return is ? WatchEvent::kEntered : WatchEvent::kLeft;
}

absl::Status LineWatcher::TellPending(const std::atomic<bool>& ended) {
  if (!pending_) return absl::OkStatus();
  if (ended) return absl::CancelledError("the watch has ended");
  return callback_(*pending_);
}

}  // namespace linedb::engine
