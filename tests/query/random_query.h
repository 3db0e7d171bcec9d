// A query made at random: as what is asked of a JsonTable, as what SQLite is asked, and as what a
// plain loop over the rows answers.

#ifndef LINEDB_TESTS_QUERY_RANDOM_QUERY_H_
#define LINEDB_TESTS_QUERY_RANDOM_QUERY_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "linedb/json_query.h"
#include "tests/query/random_condition.h"

namespace linedb::query_test {

// Two tables, as the model has them, in file order.
struct ModelTables {
  std::vector<ModelRow> rows;
  std::vector<ModelRow> others;
};

struct RandomAnswer {
  std::vector<std::vector<Value>> rows;
  std::optional<std::string> sql;
};

struct RandomQuestion {
  JsonQuery query;
  RandomAnswer answer;
};

// `table` and `other` have the model's rows. Each kind of query comes.
RandomQuestion MakeQuestion(Random& random, const JsonTable& table, const JsonTable& other,
                            const ModelTables& model);

// What the question's query, run, gives for one of these rows.
std::vector<Json> JsonOfAnswer(const JsonQuery& query, const RandomAnswer& answer);

}  // namespace linedb::query_test

#endif  // LINEDB_TESTS_QUERY_RANDOM_QUERY_H_
