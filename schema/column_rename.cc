#include "schema/column_rename.h"

#include <utility>
#include <vector>

#include "linedb/expression.h"

namespace linedb::schema {
namespace {

using NameMap = std::map<std::string, std::string>;

std::string Renamed(const std::string& name, const NameMap& names) {
  const auto found = names.find(name);
  return found == names.end() ? name : found->second;
}

void RenameAll(const NameMap& names, std::vector<std::string>* columns) {
  for (std::string& column : *columns) column = Renamed(column, names);
}

Expression RenamedIn(const Expression& expression, const std::string& table, const NameMap& names) {
  if (expression.op() == Operator::kLiteral) return expression;
  if (expression.op() == Operator::kColumn) {
    const std::string& name = expression.column();
    const std::string prefix = table + ".";
    if (names.contains(name) || !name.starts_with(prefix)) {
      return Expression::Column(Renamed(name, names));
    }
    return Expression::Column(prefix + Renamed(name.substr(prefix.size()), names));
  }
  std::vector<Expression> operands;
  for (const Expression& operand : expression.operands()) {
    operands.push_back(RenamedIn(operand, table, names));
  }
  return Expression::Of(expression.op(), std::move(operands));
}

}  // namespace

std::string RenamedCheck(const std::string& check, const std::string& table, const NameMap& names) {
  const absl::StatusOr<Expression> expression = Expression::Parse(check);
  return expression.ok() ? RenamedIn(*expression, table, names).ToText() : check;
}

void RenameColumns(const NameMap& names, TableSchema* schema) {
  if (names.empty()) return;
  const std::string& table = schema->table_name;
  for (ColumnSchema& column : schema->columns) {
    column.name = Renamed(column.name, names);
    if (!column.check.empty()) column.check = RenamedCheck(column.check, table, names);
    if (!column.references.has_value()) continue;
    RenameAll(names, &column.references->columns);
    if (column.references->table == table) RenameAll(names, &column.references->key);
  }
  for (std::vector<std::string>& key : schema->unique_keys) RenameAll(names, &key);
  for (IndexSchema& index : schema->indexes) RenameAll(names, &index.columns);
  for (std::string& check : schema->checks) check = RenamedCheck(check, table, names);
  for (ReferenceSchema& reference : schema->references) {
    RenameAll(names, &reference.columns);
    if (reference.table == table) RenameAll(names, &reference.key);
  }
  schema->expires = Renamed(schema->expires, names);
}

}  // namespace linedb::schema
