// Which columns of one schema of a table are which of another.

#ifndef LINEDB_SCHEMA_COLUMN_MATCH_H_
#define LINEDB_SCHEMA_COLUMN_MATCH_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "linedb/table_schema.h"

namespace linedb::schema {

// For each column of `to` the place of the same column in `from`, or -1: the one with its id if it
// says one, else the one with its name. Any thread.
std::vector<int> MatchColumns(const TableSchema& from, const TableSchema& to);

// The names in `to` of the columns of `from` that are in both. Any thread.
std::map<std::string, std::string> NamesAfter(const TableSchema& from, const TableSchema& to);

// `wanted`, where it says the id of some column, with one for each of the others: that of the
// stored column of its name, or one that no column ever had. Any thread.
TableSchema WithAllIds(const TableSchema& stored, const TableSchema& wanted);

// The schema that a table has after it was altered from `stored` to `wanted`, with this version: it
// is `wanted`, created when the table was, with the members that nobody knows, and with ids by
// which MatchColumns finds its columns again in `stored`: said only if names do not tell. Any
// thread.
TableSchema EvolvedSchema(const TableSchema& stored, const TableSchema& wanted,
                          std::int64_t version);

}  // namespace linedb::schema

#endif  // LINEDB_SCHEMA_COLUMN_MATCH_H_
