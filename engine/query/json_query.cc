#include "linedb/json_query.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/index/table_state.h"
#include "engine/json_record.h"
#include "engine/query/named_binding.h"
#include "engine/query/query_words.h"
#include "linedb/query_result.h"
#include "linedb/text_writer.h"
#include "schema/bound_expression.h"
#include "schema/record_layout.h"
#include "schema/value_view.h"

namespace linedb {
namespace {

Json TextJson(schema::TextWriter* writer) {
  return Json::parse(writer->text(), nullptr, /*allow_exceptions=*/false);
}

// A value as the record of a JsonTable would have it.
Json JsonOf(const schema::ValueView& value) {
  schema::TextWriter writer;
  switch (value.type) {
    case Type::kInt:
      return value.number;
    case Type::kFloat:
      return value.real;
    case Type::kBool:
      return value.number != 0;
    case Type::kString:
      return std::string(value.text);
    case Type::kJson:
      return Json::parse(value.text, nullptr, /*allow_exceptions=*/false);
    case Type::kBytes:
      schema::WriteBytes(&writer, value.text.data(), value.text.size());
      return TextJson(&writer);
    case Type::kTimestamp:
      if (schema::WriteTimestamp(&writer, Timestamp(std::chrono::microseconds(value.number)))) {
        return nullptr;
      }
      return TextJson(&writer);
    case Type::kDate: {
      const std::chrono::sys_days day(std::chrono::days(static_cast<int>(value.number)));
      if (schema::WriteDate(&writer, day)) return nullptr;
      return TextJson(&writer);
    }
  }
  return nullptr;
}

Json RowOf(const engine::QuerySpec& query, const engine::ResultRow& row) {
  if (query.outputs.empty() && query.sources.size() == 1) return engine::JsonRecordOf(row.line(0));
  Json object = Json::object();
  if (query.outputs.empty()) {
    for (std::size_t i = 0; i < query.sources.size(); ++i) {
      object[query.sources[i].name] = engine::JsonRecordOf(row.line(i));
    }
  }
  for (std::size_t i = 0; i < query.outputs.size(); ++i) {
    object[engine::OutputName(query.outputs[i])] = JsonOf(row.value(i));
  }
  return object;
}

// The value, or the query's fault from now on.
template <class Parsed>
Parsed TakeOrNote(absl::StatusOr<Parsed> parsed, engine::QuerySpec* query) {
  if (parsed.ok()) return *std::move(parsed);
  if (query->fault.ok()) {
    query->fault = absl::InvalidArgumentError(
        absl::StrCat(query->sources[0].name, ": ", std::string(parsed.status().message())));
  }
  return {};
}

}  // namespace

absl::StatusOr<JsonQuery> JsonTable::Where(std::string_view expression) const {
  absl::StatusOr<Expression> parsed = Expression::Parse(expression);
  if (!parsed.ok()) return parsed.status();
  const absl::StatusOr<schema::BoundExpression> bound =
      engine::BindNamed(*parsed, core_.table()->layout());
  if (!bound.ok()) return bound.status();
  if (absl::Status condition = bound->CheckIsCondition(); !condition.ok()) return condition;
  return JsonQuery(core_, *std::move(parsed));
}

JsonQuery JsonTable::All() const { return JsonQuery(core_, std::nullopt); }

JsonQuery::JsonQuery(engine::TableCore table, std::optional<Expression> where)
    : query_{.sources = {{table, table.schema().table_name, std::move(where)}}} {}

JsonQuery JsonQuery::Where(std::string_view expression) const {
  JsonQuery changed = *this;
  engine::QuerySpec& query = changed.query_;
  absl::StatusOr<Expression> parsed = Expression::Parse(expression);
  if (!parsed.ok()) {
    TakeOrNote<std::optional<Expression>>(parsed.status(), &query);
    return changed;
  }
  std::optional<Expression>& where =
      query.sources.size() == 1 ? query.sources[0].where : query.where;
  where = engine::Both(where, *parsed);
  if (!query.outputs.empty() || !query.groups.empty()) {
    engine::NoteFault("Where is of records: before Select and GroupBy", &query);
  }
  return changed;
}

JsonQuery JsonQuery::Exists(const JsonQuery& other, std::string_view on, bool negated) const {
  JsonQuery changed = *this;
  engine::QuerySpec& query = changed.query_;
  if (query.fault.ok()) query.fault = other.query_.fault;
  if (query.sources.size() != 1 || other.query_.sources.size() != 1 ||
      !other.query_.outputs.empty() || !other.query_.groups.empty()) {
    engine::NoteFault("a semi-join is of records of two tables", &query);
    return changed;
  }
  query.sources[0].exists.push_back({TakeOrNote(engine::ParseMatch(on), &query),
                                     std::make_shared<const engine::QuerySpec>(other.query_),
                                     negated});
  return changed;
}

JsonQuery JsonQuery::WhereExists(const JsonQuery& other, std::string_view on) const {
  return Exists(other, on, /*negated=*/false);
}
JsonQuery JsonQuery::WhereNotExists(const JsonQuery& other, std::string_view on) const {
  return Exists(other, on, /*negated=*/true);
}

JsonQuery JsonQuery::Join(const JsonQuery& other, std::string_view on, std::string_view as) const {
  JsonQuery joined = *this;
  absl::StatusOr<engine::MatchSpec> match = engine::ParseMatch(on);
  joined.query_ =
      engine::JoinSpecs(query_, other.query_, match.ok() ? *match : engine::MatchSpec());
  TakeOrNote(std::move(match), &joined.query_);
  if (!as.empty()) joined.query_.sources[1].name = std::string(as);
  return joined;
}

JsonQuery JsonQuery::GroupBy(std::string_view expressions) const {
  JsonQuery changed = *this;
  engine::BeginGroups(&changed.query_);
  changed.query_.groups = TakeOrNote(engine::ParseExpressions(expressions), &changed.query_);
  return changed;
}

JsonQuery JsonQuery::Select(std::string_view outputs) const {
  JsonQuery changed = *this;
  engine::QuerySpec& query = changed.query_;
  query.outputs = TakeOrNote(engine::ParseOutputs(outputs), &query);
  for (const engine::OutputSpec& output : query.outputs) {
    if (output.aggregate.has_value() && query.groups.empty()) engine::BeginGroups(&query);
  }
  return changed;
}

JsonQuery JsonQuery::Distinct() const {
  JsonQuery changed = *this;
  changed.query_.distinct = true;
  return changed;
}

JsonQuery JsonQuery::OrderBy(std::string_view orders) const {
  JsonQuery changed = *this;
  changed.query_.order = TakeOrNote(engine::ParseOrders(orders), &changed.query_);
  return changed;
}

JsonQuery JsonQuery::Limit(std::uint64_t rows) const {
  JsonQuery changed = *this;
  changed.query_.limit = rows;
  return changed;
}

JsonQuery JsonQuery::Offset(std::uint64_t rows) const {
  JsonQuery changed = *this;
  changed.query_.offset = rows;
  return changed;
}

absl::StatusOr<std::vector<Json>> JsonQuery::Rows(engine::View in) const {
  std::vector<Json> rows;
  absl::Status run = engine::RunQuery(query_, in, [&](const engine::ResultRow& row) {
    rows.push_back(RowOf(query_, row));
    return true;
  });
  if (!run.ok()) return run;
  return rows;
}

absl::StatusOr<std::optional<Json>> JsonQuery::First(engine::View in) const {
  absl::StatusOr<std::vector<Json>> rows = Limit(1).Rows(in);
  if (!rows.ok()) return rows.status();
  if (rows->empty()) return std::optional<Json>();
  return std::optional<Json>(std::move((*rows)[0]));
}

absl::Status JsonQuery::ForEach(const std::function<bool(const Json&)>& visit) const {
  return ForEach({}, visit);
}
absl::Status JsonQuery::ForEach(engine::View in,
                                const std::function<bool(const Json&)>& visit) const {
  return engine::RunQuery(query_, in,
                          [&](const engine::ResultRow& row) { return visit(RowOf(query_, row)); });
}

absl::StatusOr<std::uint64_t> JsonQuery::Count(engine::View in) const {
  return engine::CountRows(query_, in);
}

absl::StatusOr<std::uint64_t> JsonQuery::UpdateIn(WriteTransaction* transaction,
                                                  std::string_view assignments) const {
  engine::QuerySpec query = query_;
  const std::vector<engine::AssignmentSpec> specs =
      TakeOrNote(engine::ParseAssignments(assignments), &query);
  return engine::UpdateRows(query, transaction, specs);
}
absl::StatusOr<std::uint64_t> JsonQuery::Update(std::string_view assignments) const {
  return UpdateIn(nullptr, assignments);
}
absl::StatusOr<std::uint64_t> JsonQuery::Update(WriteTransaction& transaction,
                                                std::string_view assignments) const {
  return UpdateIn(&transaction, assignments);
}
absl::StatusOr<std::uint64_t> JsonQuery::Erase() const {
  return engine::EraseRows(query_, nullptr);
}
absl::StatusOr<std::uint64_t> JsonQuery::Erase(WriteTransaction& transaction) const {
  return engine::EraseRows(query_, &transaction);
}

}  // namespace linedb
