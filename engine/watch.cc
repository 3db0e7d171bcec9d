#include "linedb/watch.h"

#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/engine.h"
#include "engine/index/table_state.h"
#include "linedb/json_watch.h"
#include "schema/bound_expression.h"
#include "schema/record_codec.h"
#include "schema/value_view.h"

namespace linedb::engine {
namespace {

absl::Status Ended(std::string_view table, const char* what, std::uint64_t lsn) {
  return absl::FailedPreconditionError(absl::StrCat("table ", std::string(table), " was ", what,
                                                    " with lsn ", lsn,
                                                    ", which ended the watch on it"));
}

// Whether a line meets a condition. One thread.
class LineTest {
 public:
  LineTest(const schema::RecordLayout& layout, schema::BoundExpression condition)
      : layout_(layout),
        condition_(std::move(condition)),
        spans_(static_cast<std::size_t>(layout.column_count())),
        values_(spans_.size()) {}

  absl::StatusOr<bool> IsMetBy(std::string_view line) {
    if (line.empty()) return false;
    const int last = condition_.last_column();
    if (last >= 0 && !schema::SplitCanonical(layout_, line, last, spans_.data())) {
      return absl::FailedPreconditionError(
          absl::StrCat(layout_.schema().table_name,
                       ": not a record of the table as it is: ", std::string(line)));
    }
    texts_.Clear();
    for (const int column : condition_.columns()) {
      const std::size_t at = static_cast<std::size_t>(column);
      values_[at] =
          schema::ReadColumnValue(layout_.columns()[at].type, spans_[at].In(line), &texts_);
    }
    return condition_.Test(values_.data()) == schema::Truth::kTrue;
  }

 private:
  const schema::RecordLayout& layout_;
  const schema::BoundExpression condition_;
  FieldSpans spans_;
  std::vector<schema::ValueView> values_;
  schema::ScratchArena texts_;
};

// What a subscription calls. It keeps the layout of the table that it watches: the tables
// themselves go with their engine.
class LineWatcher {
 public:
  LineWatcher(std::shared_ptr<const schema::RecordLayout> layout,
              std::optional<schema::BoundExpression> condition, LineChangeCallback callback)
      : layout_(std::move(layout)), callback_(std::move(callback)) {
    if (condition) test_.emplace(*layout_, *std::move(condition));
  }

  absl::Status Take(const CommittedTransaction& transaction) {
    for (const Change& change : transaction.changes) {
      if (change.table != layout_->schema().table_name) continue;
      if (absl::Status taken = Take(transaction, change); !taken.ok()) return taken;
    }
    return absl::OkStatus();
  }

 private:
  using Change = ::linedb::Change;

  absl::Status Take(const CommittedTransaction& transaction, const Change& change) {
    switch (change.kind) {
      case ChangeKind::kInsert:
      case ChangeKind::kUpdate:
      case ChangeKind::kDelete:
        return Tell(transaction, change);
      case ChangeKind::kAlterTable:
        return Ended(change.table, "altered", change.lsn);
      case ChangeKind::kDropTable:
        return Ended(change.table, "dropped", change.lsn);
      case ChangeKind::kCreateTable:
      case ChangeKind::kPurge:
      case ChangeKind::kPurged:
        break;
    }
    return absl::OkStatus();
  }

  absl::Status Tell(const CommittedTransaction& transaction, const Change& change) {
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
    if (!was && !is) return absl::OkStatus();
    LineChange told;
    told.event = !was ? WatchEvent::kEntered : is ? WatchEvent::kChanged : WatchEvent::kLeft;
    told.before = change.old_record;
    told.after = change.record;
    told.lsn = change.lsn;
    told.transaction = transaction.number;
    told.timestamp = transaction.timestamp;
    return callback_(told);
  }

  const std::shared_ptr<const schema::RecordLayout> layout_;
  std::optional<LineTest> test_;
  const LineChangeCallback callback_;
};

std::shared_ptr<const schema::RecordLayout> LayoutOf(const TableState& table) {
  const std::shared_lock<std::shared_mutex> lock(table.mutex);
  return table.generation->shared_layout();
}

absl::Status RetiredStatus(const TableState& table) {
  const std::shared_lock<std::shared_mutex> lock(table.mutex);
  return table.retired;
}

}  // namespace

absl::StatusOr<CommitSubscription> WatchLines(const TableCore& core,
                                              const std::optional<Expression>& condition,
                                              LineChangeCallback callback,
                                              const SubscribeOptions& options) {
  const TableState& table = *core.table();
  std::optional<schema::BoundExpression> bound;
  if (condition) {
    absl::StatusOr<schema::BoundExpression> made =
        schema::BoundExpression::Bind(*condition, table.layout());
    if (!made.ok()) return made.status();
    if (absl::Status fits = made->CheckIsCondition(); !fits.ok()) return fits;
    bound = *std::move(made);
  }
  const auto watcher =
      std::make_shared<LineWatcher>(LayoutOf(table), std::move(bound), std::move(callback));
  absl::StatusOr<CommitSubscription> subscription = core.engine()->Subscribe(
      [watcher](const CommittedTransaction& transaction) { return watcher->Take(transaction); },
      options);
  if (!subscription.ok()) return subscription;
  // Of a table that is altered or dropped from now on, the subscription hears.
  if (absl::Status retired = RetiredStatus(table); !retired.ok()) return retired;
  return subscription;
}

bool HasSameOrder(const TableSchema& a, const TableSchema& b) {
  if (a.columns.size() != b.columns.size()) return false;
  for (std::size_t i = 0; i < a.columns.size(); ++i) {
    if (a.columns[i].name != b.columns[i].name) return false;
  }
  return true;
}

}  // namespace linedb::engine

namespace linedb {
namespace {

// What JsonTable shows of a line.
std::optional<Json> RecordOf(std::string_view line) {
  if (line.empty()) return std::nullopt;
  Json record = Json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (record.is_object()) record.erase(std::string(schema::kRowIdColumn));
  return record;
}

engine::LineChangeCallback ToJson(JsonWatchCallback callback) {
  return [callback = std::move(callback)](const engine::LineChange& change) {
    callback({change.event, RecordOf(change.before), RecordOf(change.after), change.lsn,
              change.transaction, change.timestamp});
    return absl::OkStatus();
  };
}

}  // namespace

absl::StatusOr<CommitSubscription> WatchTable(const JsonTable& table, JsonWatchCallback callback,
                                              const SubscribeOptions& options) {
  return engine::WatchLines(table.core(), std::nullopt, ToJson(std::move(callback)), options);
}

absl::StatusOr<CommitSubscription> WatchWhere(const JsonTable& table, std::string_view condition,
                                              JsonWatchCallback callback,
                                              const SubscribeOptions& options) {
  absl::StatusOr<Expression> expression = Expression::Parse(condition);
  if (!expression.ok()) return expression.status();
  return engine::WatchLines(table.core(), *std::move(expression), ToJson(std::move(callback)),
                            options);
}

}  // namespace linedb
