// What the typed surface reads rows with, and builds queries with.

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "linedb/query_result.h"
#include "schema/value_view.h"

namespace linedb::engine {

const schema::ValueView& ResultRow::value(std::size_t i) const { return values_[i]; }

bool ResultRow::IsNull(std::size_t i) const { return values_[i].is_null(); }

bool ResultRow::GetInt(std::size_t i, std::int64_t* value) const {
  *value = values_[i].number;
  return values_[i].type == Type::kInt;
}

bool ResultRow::GetFloat(std::size_t i, double* value) const {
  const schema::ValueView& view = values_[i];
  *value = view.type == Type::kInt ? static_cast<double>(view.number) : view.real;
  return view.type == Type::kFloat || view.type == Type::kInt;
}

bool ResultRow::GetBool(std::size_t i, bool* value) const {
  *value = values_[i].number != 0;
  return values_[i].type == Type::kBool;
}

bool ResultRow::GetTime(std::size_t i, Timestamp* value) const {
  *value = Timestamp(std::chrono::microseconds(values_[i].number));
  return values_[i].type == Type::kTimestamp;
}

bool ResultRow::GetDate(std::size_t i, std::chrono::sys_days* value) const {
  if (values_[i].type != Type::kDate) return false;
  *value = std::chrono::sys_days(std::chrono::days(static_cast<int>(values_[i].number)));
  return true;
}

bool ResultRow::GetText(std::size_t i, std::string_view* value) const {
  *value = values_[i].text;
  const Type type = values_[i].type;
  return type == Type::kString || type == Type::kBytes || type == Type::kJson;
}

absl::Status UnreadableOutput(const QuerySpec& query, const ResultRow& row, std::size_t output) {
  const schema::ValueView& view = row.value(output);
  const std::string message = absl::StrCat(
      query.sources[0].name, ": ", OutputName(query.outputs[output]), " is ",
      Expression::Literal(schema::ToValue(view)).ToText(), ", which the result cannot hold");
  // Arithmetic of ints that left 64 bits.
  if (view.type == Type::kFloat) return absl::OutOfRangeError(message);
  return absl::FailedPreconditionError(message);
}

absl::Status NeedsSnapshotError() {
  return absl::InvalidArgumentError(
      "a struct with std::string_view members is read with a ReadTransaction");
}

void NoteFault(const char* fault, QuerySpec* query) {
  if (fault == nullptr || !query->fault.ok()) return;
  query->fault = absl::InvalidArgumentError(absl::StrCat(query->sources[0].name, ": ", fault));
}

void BeginGroups(QuerySpec* query) {
  if (query->limit.has_value() || query->offset != 0) {
    NoteFault("groups and aggregates are of all rows: a Limit or Offset before them has no meaning",
              query);
  }
  query->order.clear();
}

QuerySpec JoinSpecs(const QuerySpec& first, const QuerySpec& second, MatchSpec on) {
  QuerySpec joined;
  joined.sources = {first.sources[0], second.sources[0]};
  joined.join = std::move(on);
  joined.fault = first.fault.ok() ? second.fault : first.fault;
  for (const QuerySpec* query : {&first, &second}) {
    if (query->limit.has_value() || query->offset != 0 || !query->order.empty()) {
      NoteFault("OrderBy, Limit and Offset are of the pairs of a join, not of what is joined",
                &joined);
    }
    if (query->sources.size() != 1 || !query->outputs.empty() || !query->groups.empty()) {
      NoteFault("a join is of two tables", &joined);
    }
  }
  return joined;
}

}  // namespace linedb::engine
