// A table's schema in other languages.

#ifndef LINEDB_TOOLS_DBTOOL_JSON_SCHEMA_H_
#define LINEDB_TOOLS_DBTOOL_JSON_SCHEMA_H_

#include "linedb/table_schema.h"
#include "nlohmann/json.hpp"

namespace linedb::dbtool {

// JSON Schema (2020-12) of a record. What it cannot say, the keys, stands in "x-linedb".
nlohmann::ordered_json JsonSchemaOf(const TableSchema& schema);

}  // namespace linedb::dbtool

#endif  // LINEDB_TOOLS_DBTOOL_JSON_SCHEMA_H_
