// Aggregates made at random, as a query has them, as SQLite has them, and as a loop over the rows.

#ifndef LINEDB_TESTS_QUERY_MODEL_AGGREGATE_H_
#define LINEDB_TESTS_QUERY_MODEL_AGGREGATE_H_

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tests/query/model_rows.h"

namespace linedb::query_test {

struct ModelAggregate {
  std::string text;
  std::optional<std::string> sql;
  std::function<Value(const std::vector<const ModelRow*>&)> of;
};

ModelAggregate RandomAggregate(Random& random);

}  // namespace linedb::query_test

#endif  // LINEDB_TESTS_QUERY_MODEL_AGGREGATE_H_
