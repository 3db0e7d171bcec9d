#include "tools/dbtool/table_query.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "engine/query/named_binding.h"
#include "engine/query/query_words.h"
#include "nlohmann/json.hpp"
#include "schema/bound_expression.h"
#include "schema/column_value.h"
#include "schema/time_text.h"
#include "tools/dbtool/output.h"
#include "tools/dbtool/suggestions.h"

namespace linedb::dbtool {
namespace {

absl::Status InOption(std::string_view option, const absl::Status& status) {
  return absl::InvalidArgumentError(std::string(option) + ": " + std::string(status.message()));
}

bool IsComparison(Operator op) {
  return (op >= Operator::kEqual && op <= Operator::kGreaterEqual) || op == Operator::kIn ||
         op == Operator::kBetween;
}

bool IsNull(const Expression& expression) {
  return expression.op() == Operator::kLiteral && expression.value().is_null();
}

// A text is a string of JSON, unless it spells what has no other spelling here: '{"a":1}', '[1]'
// or, a string as well, '"a"'.
bool SpellsJson(const std::string& text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  return first != text.npos && absl::StrContains("{[\"", text.substr(first, 1)) &&
         nlohmann::json::accept(text);
}

Expression AsJson(const Expression& literal, const ColumnSchema& column) {
  std::string json = literal.ToText();
  if (literal.value().type() == Type::kString) {
    json = literal.value().as_string();
    if (!SpellsJson(json)) {
      json.clear();
      AppendQuoted(literal.value().as_string(), &json);
    }
  }
  absl::StatusOr<std::string> canonical = schema::CanonicalColumnText(column, json);
  return canonical.ok() ? Expression::Literal(Value::Json(*std::move(canonical))) : literal;
}

// A literal as what it means beside this column.
Expression Adapted(const Expression& literal, const ColumnSchema& column) {
  if (literal.op() != Operator::kLiteral || literal.value().is_null()) return literal;
  const Type type = *literal.value().type();
  if (column.type == Type::kTimestamp && type == Type::kString &&
      schema::IsDate(literal.value().as_string())) {
    const auto day = schema::ParseTimestamp(literal.value().as_string() + "T00:00:00Z", true);
    return day.has_value() ? Expression::Literal(Value::Time(*day)) : literal;
  }
  if (column.type == Type::kJson && type != Type::kJson) return AsJson(literal, column);
  return literal;
}

// An expression as somebody typed it -> one that the engine takes.
class Reader {
 public:
  explicit Reader(const schema::RecordLayout& layout) : layout_(layout) {}

  absl::StatusOr<Expression> Read(const Expression& expression) const {
    if (expression.op() == Operator::kLiteral || expression.op() == Operator::kColumn) {
      return expression;
    }
    std::vector<Expression> operands;
    for (const Expression& operand : expression.operands()) {
      absl::StatusOr<Expression> read = Read(operand);
      if (!read.ok()) return read;
      operands.push_back(*std::move(read));
    }
    if (IsComparison(expression.op())) {
      if (absl::Status adapted = AdaptLiterals(expression, &operands); !adapted.ok()) {
        return adapted;
      }
    }
    return Expression::Of(expression.op(), std::move(operands));
  }

 private:
  int Find(const std::string& name) const {
    const std::string table = layout_.schema().table_name + ".";
    const bool qualified = layout_.FindColumn(name) < 0 && name.rfind(table, 0) == 0;
    return layout_.FindColumn(qualified ? name.substr(table.size()) : name);
  }

  absl::Status AdaptLiterals(const Expression& whole, std::vector<Expression>* operands) const {
    if (whole.op() != Operator::kIn && std::any_of(operands->begin(), operands->end(), IsNull)) {
      return absl::InvalidArgumentError("nothing equals null: in place of `" + whole.ToText() +
                                        "` write `is null` or `is not null`");
    }
    for (std::size_t i = 0; i < operands->size(); ++i) {
      if ((*operands)[i].op() != Operator::kColumn) continue;
      const int number = Find((*operands)[i].column());
      if (number < 0) continue;  // told when it is bound
      const ColumnSchema& column = layout_.columns()[static_cast<std::size_t>(number)];
      for (Expression& other : *operands) other = Adapted(other, column);
    }
    return absl::OkStatus();
  }

  const schema::RecordLayout& layout_;
};

absl::StatusOr<Expression> ParseWhere(const std::string& text, const schema::RecordLayout& layout) {
  absl::StatusOr<Expression> where = Expression::Parse(text);
  if (where.ok()) where = Reader(layout).Read(*where);
  if (!where.ok()) return InOption("--where", where.status());
  const auto bound = engine::BindNamed(*where, layout);
  const absl::Status condition = bound.ok() ? bound->CheckIsCondition() : bound.status();
  if (!condition.ok()) return InOption("--where", condition);
  return where;
}

// At commas that are neither in quotes nor in parentheses.
std::vector<std::string> SplitOrders(const std::string& text) {
  std::vector<std::string> parts(1);
  char quote = 0;
  int depth = 0;
  for (const char c : text) {
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '\'' || c == '"') {
      quote = c;
    } else if (c == '(' || c == ')') {
      depth += c == '(' ? 1 : -1;
    }
    if (c == ',' && quote == 0 && depth == 0) {
      parts.emplace_back();
    } else {
      parts.back().push_back(c);
    }
  }
  return parts;
}

bool TakeSuffix(std::string_view suffix, std::string* text) {
  if (!absl::EndsWith(*text, std::string(suffix))) return false;
  text->resize(text->size() - suffix.size());
  return true;
}

absl::StatusOr<engine::OrderSpec> ParseOrder(std::string part, const schema::RecordLayout& layout) {
  const bool descending = TakeSuffix(":desc", &part);
  if (!descending) TakeSuffix(":asc", &part);
  // A name needs no quotes, whatever it is.
  if (layout.FindColumn(part) >= 0) {
    return engine::OrderSpec{.by = {.of = Expression::Column(part)}, .descending = descending};
  }
  absl::StatusOr<std::vector<engine::OrderSpec>> orders = engine::ParseOrders(part);
  if (!orders.ok()) return orders.status();
  engine::OrderSpec order = (*orders)[0];
  if (order.by.aggregate.has_value() || !order.by.of.has_value()) {
    return absl::InvalidArgumentError("\"" + part + "\" is of several records: see `dbtool sql`");
  }
  absl::StatusOr<Expression> of = Reader(layout).Read(*order.by.of);
  if (!of.ok()) return of.status();
  if (const auto bound = engine::BindNamed(*of, layout); !bound.ok()) return bound.status();
  order.by.of = *std::move(of);
  order.descending = order.descending || descending;
  return order;
}

}  // namespace

absl::StatusOr<engine::QuerySpec> ParseQuery(const engine::TableCore& core,
                                             const QueryWords& words) {
  const absl::StatusOr<schema::RecordLayout> layout = schema::RecordLayout::Create(core.schema());
  if (!layout.ok()) return layout.status();
  engine::QuerySpec query{.sources = {{.table = core, .name = core.schema().table_name}}};
  query.limit = words.limit;
  if (!words.where.empty()) {
    absl::StatusOr<Expression> where = ParseWhere(words.where, *layout);
    if (!where.ok()) return where.status();
    query.sources[0].where = *std::move(where);
  }
  if (words.order_by.empty()) return query;
  for (std::string& part : SplitOrders(words.order_by)) {
    absl::StatusOr<engine::OrderSpec> order = ParseOrder(std::move(part), *layout);
    if (!order.ok()) return InOption("--order-by", order.status());
    query.order.push_back(*std::move(order));
  }
  return query;
}

absl::StatusOr<int> FindColumn(const schema::RecordLayout& layout, const std::string& name) {
  const int column = layout.FindColumn(name);
  if (column >= 0) return column;
  return absl::InvalidArgumentError(layout.schema().table_name + " has no column " + name +
                                    DidYouMean(name, layout.schema()));
}

}  // namespace linedb::dbtool
