#include "tools/bridges/sqlite/table_cursor.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/query/column_bounds.h"
#include "linedb/text_writer.h"
#include "schema/order_key.h"
#include "schema/record_codec.h"
#include "tools/bridges/sqlite/comparand.h"
#include "tools/bridges/sqlite/sql_value.h"

namespace linedb::sqlite {
namespace {

// A lookup table is made for who asks more often than that.
constexpr int kScansBeforeLookup = 2;

// Two texts, and so two keys, are equal to this number.
bool IsZero(const Comparand& comparand) {
  return comparand.value.type() == Type::kFloat && comparand.value.as_float() == 0;
}

}  // namespace

TableCursor::TableCursor(TableSource& source)
    : source_(source), spans_(source.layout.columns().size()) {}

absl::Status TableCursor::Start(const TablePlan& plan, std::span<sqlite3_value*> arguments) {
  scan_.reset();
  index_.reset();
  found_ = {};
  last_column_ = plan.last_column;
  at_end_ = !ReadArguments(plan, arguments);
  if (at_end_) return absl::OkStatus();
  switch (plan.kind) {
    case TablePlan::Kind::kKey: {
      const bool one_key = KnowsAll() && std::none_of(values_.begin(), values_.end(), IsZero);
      return one_key ? StartKey(plan.number) : StartScan();
    }
    case TablePlan::Kind::kIndex:
      return StartIndex(plan);
    case TablePlan::Kind::kLookup:
      return KnowsAll() ? StartLookup(plan) : StartScan();
    case TablePlan::Kind::kScan:
      break;
  }
  return StartScan();
}

bool TableCursor::ReadArguments(const TablePlan& plan, std::span<sqlite3_value*> arguments) {
  values_.clear();
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const auto [stored, bound] = plan.arguments[i];
    const Type type = source_.layout.columns()[static_cast<std::size_t>(stored)].type;
    Comparand comparand = ComparandOf(type, bound, arguments[i]);
    if (comparand.kind == Comparand::Kind::kNothing) return false;
    values_.push_back(std::move(comparand));
  }
  return true;
}

bool TableCursor::KnowsAll() const {
  return std::all_of(values_.begin(), values_.end(),
                     [](const Comparand& value) { return value.is_value(); });
}

absl::Status TableCursor::StartScan() {
  absl::StatusOr<engine::RecordCursor> scan = source_.core.Scan(*source_.snapshot);
  if (!scan.ok()) return scan.status();
  scan_.emplace(*std::move(scan));
  return Next();
}

absl::Status TableCursor::StartKey(int key) {
  at_end_ = true;
  schema::TextWriter text;
  for (const Comparand& comparand : values_) {
    if (text.size() > 0) text.Append(',');
    // What has no text is no record's value.
    if (engine::WriteValueText(comparand.value, &text) != nullptr) return absl::OkStatus();
  }
  // Read with a snapshot, the line is there as long as that.
  const absl::Status found =
      source_.core.Visit(*source_.snapshot, key, text.text(), [this](std::string_view line) {
        StandOn(line);
        return absl::OkStatus();
      });
  return absl::IsNotFound(found) ? absl::OkStatus() : found;
}

absl::Status TableCursor::StartIndex(const TablePlan& plan) {
  absl::StatusOr<engine::IndexCursor> index = engine::IndexCursor::Open(
      source_.core, *source_.snapshot, plan.number, RangeOf(plan, values_),
      plan.descending ? engine::IndexOrder::kDescending : engine::IndexOrder::kAscending);
  if (!index.ok()) return index.status();
  index_.emplace(*std::move(index));
  return Next();
}

absl::Status TableCursor::StartLookup(const TablePlan& plan) {
  std::vector<int> columns;
  std::string key;
  for (std::size_t i = 0; i < values_.size(); ++i) {
    columns.push_back(plan.arguments[i].column);
    schema::AppendOrderKey(values_[i].value, &key);
  }
  TableSource::Lookup& lookup = source_.lookups[columns];
  if (lookup.asked++ < kScansBeforeLookup) return StartScan();
  if (!lookup.table.has_value()) {
    absl::StatusOr<LookupTable> table = LookupTable::Build(
        source_.core, *source_.snapshot, source_.layout, columns, *source_.interrupted);
    if (!table.ok()) return table.status();
    source_.records_read += table->size();
    lookup.table = *std::move(table);
  }
  found_ = lookup.table->Find(key);
  return Next();
}

absl::Status TableCursor::Next() {
  std::string_view line;
  at_end_ = true;
  if (scan_.has_value()) {
    if (!scan_->Next(&line)) return scan_->status();
  } else if (index_.has_value()) {
    std::string_view key;
    if (!index_->Next(&key, &line)) return index_->status();
  } else if (!found_.empty()) {
    line = found_.front().line();
    found_ = found_.subspan(1);
  } else {
    return absl::OkStatus();
  }
  StandOn(line);
  return absl::OkStatus();
}

void TableCursor::StandOn(std::string_view line) {
  line_ = line;
  split_to_ = -1;
  at_end_ = false;
  ++source_.records_read;
}

absl::Status TableCursor::SplitTo(int stored) {
  if (stored <= split_to_) return absl::OkStatus();
  const int last = std::max(stored, last_column_);
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
  if (!source_.layout.has_row_id()) {
    // No two records of a snapshot lie at one place.
    *row_id = static_cast<sqlite3_int64>(reinterpret_cast<std::intptr_t>(line_.data()));
    return absl::OkStatus();
  }
  if (absl::Status split = SplitTo(0); !split.ok()) return split;
  const std::string_view text = spans_[0].In(line_);
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  *row_id = number;
  return absl::OkStatus();
}

}  // namespace linedb::sqlite
