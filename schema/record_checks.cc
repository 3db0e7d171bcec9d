#include "schema/record_checks.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "absl/container/inlined_vector.h"
#include "absl/strings/str_cat.h"
#include "linedb/expression.h"
#include "schema/record_codec.h"

namespace linedb::schema {
namespace {

// Of longer records an error shows the beginning.
constexpr std::size_t kShownBytesMax = 200;

std::string Shown(std::string_view line) {
  if (line.size() <= kShownBytesMax) return std::string(line);
  std::size_t bytes = kShownBytesMax;
  while (bytes > 0 && (static_cast<unsigned char>(line[bytes]) & 0xc0) == 0x80) --bytes;
  return absl::StrCat(std::string(line.substr(0, bytes)), "...");
}

absl::StatusOr<BoundExpression> ConditionOf(const std::string& table,
                                            const std::vector<ColumnSchema>& columns,
                                            const std::string& text) {
  absl::StatusOr<Expression> expression = Expression::Parse(text);
  if (!expression.ok()) return expression.status();
  absl::StatusOr<BoundExpression> bound = BoundExpression::Bind(
      *expression,
      [&table, &columns](const std::string& name) { return FindColumnRef(table, columns, name); });
  if (!bound.ok()) return bound.status();
  if (absl::Status condition = bound->CheckIsCondition(); !condition.ok()) return condition;
  return bound;
}

absl::Status ValidateCheck(const TableSchema& schema, const std::string& place,
                           const std::string& text) {
  const absl::StatusOr<BoundExpression> condition =
      ConditionOf(schema.table_name, schema.columns, text);
  if (condition.ok()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("table ", schema.table_name, ": ", place, "check \"", Shown(text),
                   "\": ", std::string(condition.status().message())));
}

}  // namespace

std::string RecordCheck::Reason(std::string_view line) const {
  return absl::StrCat("check \"", text, "\" is false for the record ", Shown(line));
}

RecordChecks::RecordChecks(const RecordLayout& layout) {
  const TableSchema& schema = layout.schema();
  for (const ColumnSchema& column : schema.columns) {
    if (!column.check.empty()) Add(layout, schema.table_name + "." + column.name, column.check);
  }
  for (const std::string& check : schema.checks) Add(layout, schema.table_name, check);
}

void RecordChecks::Add(const RecordLayout& layout, std::string owner, const std::string& text) {
  absl::StatusOr<BoundExpression> condition =
      ConditionOf(layout.schema().table_name, layout.columns(), text);
  assert(condition.ok() && "a layout's schema is valid");
  for (const int stored : condition->columns()) {
    const auto place =
        std::lower_bound(columns_.begin(), columns_.end(), stored,
                         [](const Column& column, int number) { return column.stored < number; });
    if (place != columns_.end() && place->stored == stored) continue;
    columns_.insert(place, {stored, layout.columns()[static_cast<std::size_t>(stored)].type});
  }
  checks_.push_back({std::move(owner), text, *std::move(condition)});
}

void RecordChecks::FindBroken(std::string_view line, const FieldSpan* spans,
                              absl::FunctionRef<bool(const RecordCheck&)> tell) const {
  ScratchArena arena;
  const std::size_t values_end =
      columns_.empty() ? 0 : static_cast<std::size_t>(columns_.back().stored) + 1;
  absl::InlinedVector<ValueView, 16> values(values_end);
  for (const Column& column : columns_) {
    values[static_cast<std::size_t>(column.stored)] =
        ReadColumnValue(column.type, spans[column.stored].In(line), &arena);
  }
  for (const RecordCheck& check : checks_) {
    if (check.condition.Test(values.data()) == Truth::kFalse && tell(check)) return;
  }
}

absl::Status RecordChecks::CheckSome(std::string_view line, const FieldSpan* spans) const {
  absl::Status broken;
  FindBroken(line, spans, [&](const RecordCheck& check) {
    broken = absl::InvalidArgumentError(absl::StrCat(check.owner, ": ", check.Reason(line)));
    return true;
  });
  return broken;
}

absl::Status RecordChecks::Check(const RecordLayout& layout, std::string_view line) const {
  if (empty()) return absl::OkStatus();
  absl::InlinedVector<FieldSpan, 16> spans(static_cast<std::size_t>(layout.column_count()));
  if (!SplitCanonical(layout, line, layout.column_count() - 1, spans.data())) {
    return absl::OkStatus();
  }
  return CheckSome(line, spans.data());
}

std::vector<const RecordCheck*> RecordChecks::Broken(std::string_view line,
                                                     const FieldSpan* spans) const {
  std::vector<const RecordCheck*> broken;
  if (empty()) return broken;
  FindBroken(line, spans, [&broken](const RecordCheck& check) {
    broken.push_back(&check);
    return false;
  });
  return broken;
}

absl::Status ValidateChecks(const TableSchema& schema) {
  for (const ColumnSchema& column : schema.columns) {
    if (column.check.empty()) continue;
    absl::Status valid =
        ValidateCheck(schema, absl::StrCat("column ", column.name, ": "), column.check);
    if (!valid.ok()) return valid;
  }
  for (const std::string& check : schema.checks) {
    if (absl::Status valid = ValidateCheck(schema, "", check); !valid.ok()) return valid;
  }
  return absl::OkStatus();
}

}  // namespace linedb::schema
