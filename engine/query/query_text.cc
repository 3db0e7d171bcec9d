// Queries as text.

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "linedb/query_spec.h"

namespace linedb::engine {
namespace {

std::string_view NameOf(Aggregate aggregate) {
  switch (aggregate) {
    case Aggregate::kCount:
      return "count";
    case Aggregate::kSum:
      return "sum";
    case Aggregate::kMin:
      return "min";
    case Aggregate::kMax:
      return "max";
    case Aggregate::kAverage:
      return "avg";
  }
  return "?";
}

std::string TextOf(const OutputSpec& output) {
  std::string text = output.of.has_value() ? output.of->ToText() : "*";
  if (output.aggregate.has_value()) {
    text = absl::StrCat(std::string(NameOf(*output.aggregate)), "(", text, ")");
  }
  return text;
}

std::string WithName(const OutputSpec& output) {
  return output.name.empty() ? TextOf(output) : absl::StrCat(TextOf(output), " as ", output.name);
}

std::string TextOf(const OrderSpec& order) {
  return TextOf(order.by) + (order.descending ? " desc" : "");
}

template <class List>
std::string Joined(const List& list) {
  std::vector<std::string> texts;
  for (const auto& each : list) texts.push_back(TextOf(each));
  return absl::StrJoin(texts, ", ");
}

std::string MatchText(const MatchSpec& on, const std::string& here, const std::string& there) {
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < std::min(on.columns.size(), on.other_columns.size()); ++i) {
    parts.push_back(absl::StrCat(there, ".", on.other_columns[i], " = ", here, ".", on.columns[i]));
  }
  return absl::StrJoin(parts, " and ");
}

// As one of several that are joined by "and".
std::string ConditionText(const Expression& condition) {
  const bool is_or = condition.op() == Operator::kOr;
  return is_or ? absl::StrCat("(", condition.ToText(), ")") : condition.ToText();
}

// What a source's filters say.
std::vector<std::string> ConditionsOf(const SourceSpec& source, bool qualified) {
  std::vector<std::string> conditions;
  if (source.where.has_value()) {
    conditions.push_back(
        ConditionText(qualified ? QualifyColumns(*source.where, source.name) : *source.where));
  }
  for (const ExistsSpec& exists : source.exists) {
    const SourceSpec& other = exists.other->sources[0];
    std::vector<std::string> inner = {MatchText(exists.on, source.name, other.name)};
    for (std::string& condition : ConditionsOf(other, false)) inner.push_back(condition);
    conditions.push_back(absl::StrCat(exists.negated ? "not exists (" : "exists (", other.name,
                                      " where ", absl::StrJoin(inner, " and "), ")"));
  }
  return conditions;
}

}  // namespace

std::string OutputName(const OutputSpec& output) {
  return output.name.empty() ? TextOf(output) : output.name;
}

std::string QueryText(const QuerySpec& query) {
  const SourceSpec& first = query.sources[0];
  const bool joined = query.sources.size() == 2;
  std::string text = absl::StrCat("from ", first.name);
  std::vector<std::string> conditions = ConditionsOf(first, joined);
  if (joined) {
    const SourceSpec& second = query.sources[1];
    absl::StrAppend(&text, " join ", second.name, " on ",
                    MatchText(query.join, first.name, second.name));
    for (std::string& condition : ConditionsOf(second, joined)) conditions.push_back(condition);
  }
  if (query.where.has_value()) conditions.push_back(ConditionText(*query.where));
  if (!conditions.empty()) absl::StrAppend(&text, " where ", absl::StrJoin(conditions, " and "));
  if (!query.groups.empty()) {
    std::vector<std::string> groups;
    for (const Expression& group : query.groups) groups.push_back(group.ToText());
    absl::StrAppend(&text, " group by ", absl::StrJoin(groups, ", "));
  }
  if (!query.outputs.empty()) {
    std::vector<std::string> outputs;
    for (const OutputSpec& output : query.outputs) outputs.push_back(WithName(output));
    absl::StrAppend(&text, query.distinct ? " select distinct " : " select ",
                    absl::StrJoin(outputs, ", "));
  }
  if (!query.order.empty()) absl::StrAppend(&text, " order by ", Joined(query.order));
  if (query.limit.has_value()) absl::StrAppend(&text, " limit ", *query.limit);
  if (query.offset != 0) absl::StrAppend(&text, " offset ", query.offset);
  return text;
}

Expression QualifyColumns(const Expression& expression, std::string_view table) {
  if (expression.op() == Operator::kColumn) {
    return Expression::Column(absl::StrCat(std::string(table), ".", expression.column()));
  }
  if (expression.op() == Operator::kLiteral) return expression;
  std::vector<Expression> operands;
  for (const Expression& operand : expression.operands()) {
    operands.push_back(QualifyColumns(operand, table));
  }
  return Expression::Of(expression.op(), std::move(operands));
}

std::optional<Expression> Both(const std::optional<Expression>& a, const Expression& b) {
  if (!a.has_value()) return b;
  std::vector<Expression> operands;
  for (const Expression& operand : {*a, b}) {
    if (operand.op() == Operator::kAnd) {
      operands.insert(operands.end(), operand.operands().begin(), operand.operands().end());
    } else {
      operands.push_back(operand);
    }
  }
  return Expression::Of(Operator::kAnd, std::move(operands));
}

}  // namespace linedb::engine
