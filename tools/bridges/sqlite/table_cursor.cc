#include "tools/bridges/sqlite/table_cursor.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/query/column_bounds.h"
#include "schema/order_key.h"
#include "schema/record_codec.h"
#include "tools/bridges/sqlite/sql_value.h"

namespace linedb::sqlite {
namespace {

Bound BoundOf(char op) {
  return op == '=' ? Bound::kEqual : op == '>' ? Bound::kLow : Bound::kHigh;
}

}  // namespace

TableCursor::TableCursor(const TableSource& source)
    : source_(source), spans_(source.layout.columns().size()) {}

absl::Status TableCursor::Start(const TablePlan& plan, int count, sqlite3_value** arguments) {
  scan_.reset();
  index_.reset();
  at_end_ = false;
  last_column_ = plan.last_column;
  const bool known = ReadArguments(plan, count, arguments);
  if (nothing_) {
    at_end_ = true;
    return absl::OkStatus();
  }
  if (plan.kind == TablePlan::Kind::kIndex) return StartIndex(plan);
  return known && plan.kind == TablePlan::Kind::kKey ? StartKey(plan.number) : StartScan();
}

bool TableCursor::ReadArguments(const TablePlan& plan, int count, sqlite3_value** arguments) {
  values_.clear();
  nothing_ = false;
  if (plan.kind == TablePlan::Kind::kScan) return false;
  const auto number = static_cast<std::size_t>(plan.number);
  const std::vector<int>& columns = plan.kind == TablePlan::Kind::kKey
                                        ? source_.layout.keys()[number].columns
                                        : source_.layout.indexes()[number].columns;
  bool known = true;
  std::size_t column = 0;
  for (int i = 0; i < count; ++i) {
    const char op = plan.operators[static_cast<std::size_t>(i)];
    const Type type = source_.layout.columns()[static_cast<std::size_t>(columns[column])].type;
    Comparand comparand = ComparandOf(type, BoundOf(op), arguments[i]);
    nothing_ = nothing_ || comparand.kind == Comparand::Kind::kNothing;
    known = known && comparand.kind == Comparand::Kind::kValue;
    // Of an index what comes before the first that is not known still says where to look.
    values_.push_back(comparand.kind == Comparand::Kind::kValue ? std::move(comparand.value)
                                                                : Value());
    if (op == '=') ++column;
  }
  return known;
}

absl::Status TableCursor::StartScan() {
  absl::StatusOr<engine::RecordCursor> scan = source_.core.Scan(*source_.snapshot);
  if (!scan.ok()) return scan.status();
  scan_.emplace(*std::move(scan));
  return Next();
}

absl::Status TableCursor::StartKey(int key) {
  schema::TextWriter text;
  for (std::size_t i = 0; i < values_.size(); ++i) {
    if (i > 0) text.Append(",");
    if (engine::WriteValueText(values_[i], &text)) {  // no value of a column: no record has it
      at_end_ = true;
      return absl::OkStatus();
    }
  }
  line_ = {};
  split_to_ = -1;
  // Read with a snapshot, the line is there as long as that.
  absl::Status found =
      source_.core.Visit(*source_.snapshot, key, text.text(), [this](std::string_view line) {
        line_ = line;
        return absl::OkStatus();
      });
  at_end_ = !found.ok();
  return absl::IsNotFound(found) ? absl::OkStatus() : found;
}

// From the values before the first unknown one; null among the bounds is that there is none.
engine::IndexRange TableCursor::RangeOf(const TablePlan& plan) const {
  std::string prefix;
  std::size_t i = 0;
  while (i < values_.size() && plan.operators[i] == '=' && !values_[i].is_null()) {
    schema::AppendOrderKey(values_[i++], &prefix);
  }
  engine::IndexRange range{prefix, schema::OrderKeyEnd(prefix)};
  if (prefix.empty()) range.high.reset();
  if (i < values_.size() && plan.operators[i] == '=') return range;
  for (; i < values_.size(); ++i) {
    if (values_[i].is_null()) continue;
    std::string bound = prefix;
    schema::AppendOrderKey(values_[i], &bound);
    if (plan.operators[i] == '>') {
      range.low = std::move(bound);
    } else {
      range.high = schema::OrderKeyEnd(bound);
    }
  }
  if (range.high.has_value() && *range.high < range.low) range.high = range.low;
  return range;
}

absl::Status TableCursor::StartIndex(const TablePlan& plan) {
  absl::StatusOr<engine::IndexCursor> index = engine::IndexCursor::Open(
      source_.core, *source_.snapshot, plan.number, RangeOf(plan),
      plan.descending ? engine::IndexOrder::kDescending : engine::IndexOrder::kAscending);
  if (!index.ok()) return index.status();
  index_.emplace(*std::move(index));
  return Next();
}

absl::Status TableCursor::Next() {
  split_to_ = -1;
  if (scan_.has_value()) {
    at_end_ = !scan_->Next(&line_);
    return at_end_ ? scan_->status() : absl::OkStatus();
  }
  if (index_.has_value()) {
    std::string_view key;
    at_end_ = !index_->Next(&key, &line_);
    return at_end_ ? index_->status() : absl::OkStatus();
  }
  at_end_ = true;  // a key has one record
  return absl::OkStatus();
}

absl::Status TableCursor::SplitTo(int stored) {
  if (stored <= split_to_) return absl::OkStatus();
  const int last = std::max(stored, std::min(last_column_, source_.layout.column_count() - 1));
  arena_.Clear();
  if (!schema::SplitCanonical(source_.layout, line_, last, spans_.data())) {
    return absl::DataLossError(
        absl::StrCat(source_.layout.schema().table_name,
                     ": not a record of the table: ", std::string(line_.substr(0, 200))));
  }
  split_to_ = last;
  return absl::OkStatus();
}

absl::Status TableCursor::SetResult(sqlite3_context* context, int column) {
  const int stored = source_.StoredColumn(column);
  if (absl::Status split = SplitTo(stored); !split.ok()) return split;
  const auto at = static_cast<std::size_t>(stored);
  sqlite::SetResult(context, source_.layout.columns()[at].type, spans_[at].In(line_), &arena_);
  return absl::OkStatus();
}

absl::Status TableCursor::RowId(sqlite3_int64* row_id) {
  *row_id = 0;
  if (absl::Status split = SplitTo(0); !split.ok()) return split;
  const std::string_view text = spans_[0].In(line_);
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  *row_id = number;
  return absl::OkStatus();
}

}  // namespace linedb::sqlite
