// The rows of the random tests: values of every type, with nulls, with few values that come often
// and some that are at an end of their range.

#ifndef LINEDB_TESTS_QUERY_MODEL_ROWS_H_
#define LINEDB_TESTS_QUERY_MODEL_ROWS_H_

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "linedb/table_schema.h"
#include "linedb/value.h"
#include "nlohmann/json.hpp"

namespace linedb::query_test {

using Random = std::mt19937_64;

// A value of each column, in the order of the schema.
using ModelRow = std::vector<Value>;

inline std::size_t Below(Random& random, std::size_t end) { return random() % end; }
inline bool OneIn(Random& random, std::size_t count) { return Below(random, count) == 0; }

// The columns: id, then one of each type that is never null, one that may be, a unique one.
const std::vector<ColumnSchema>& ModelColumns();
// Of ModelColumns.
int ColumnNamed(const std::string& name);

// The indexes and keys that a table may have, beside its primary key: `combination` has a bit for
// each.
inline constexpr unsigned kIndexCount = 8;
TableSchema ModelSchema(const std::string& table, unsigned combination);

Value RandomValue(Random& random, const ColumnSchema& column);
// `id` is the primary key, and makes the unique column's value.
ModelRow RandomRow(Random& random, std::int64_t id);

// As a JsonTable takes and gives it.
nlohmann::ordered_json JsonOfValue(const Value& value);
nlohmann::ordered_json JsonOfRow(const ModelRow& row);

// In the order of queries; by another way than the engine's.
int CompareModel(const Value& a, const Value& b);

}  // namespace linedb::query_test

#endif  // LINEDB_TESTS_QUERY_MODEL_ROWS_H_
