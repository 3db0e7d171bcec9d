// Conditions made at random, each as the text of an expression, as one of SQLite, and as a function
// that tells whether a row of the model fulfils it.

#ifndef LINEDB_TESTS_QUERY_RANDOM_CONDITION_H_
#define LINEDB_TESTS_QUERY_RANDOM_CONDITION_H_

#include <functional>
#include <optional>
#include <string>

#include "tests/query/model_rows.h"

namespace linedb::query_test {

// Nothing: unknown.
using Tri = std::optional<bool>;

struct ModelCondition {
  std::string text;
  std::optional<std::string> sql;  // nothing: SQLite has no such thing
  std::function<Tri(const ModelRow&)> holds;
};

// A number computed from a row's columns.
struct ModelTerm {
  std::string text;
  std::optional<std::string> sql;
  std::function<Value(const ModelRow&)> value;
};

ModelCondition RandomCondition(Random& random, int depth = 2);
ModelTerm RandomTerm(Random& random);
ModelTerm ColumnTermOf(std::size_t column);

// As an expression, and as SQLite, has it.
std::string LiteralText(const Value& value);
std::string LiteralSql(const Value& value);

}  // namespace linedb::query_test

#endif  // LINEDB_TESTS_QUERY_RANDOM_CONDITION_H_
