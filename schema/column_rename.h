// A schema's columns under other names.

#ifndef LINEDB_SCHEMA_COLUMN_RENAME_H_
#define LINEDB_SCHEMA_COLUMN_RENAME_H_

#include <map>
#include <string>

#include "linedb/table_schema.h"

namespace linedb::schema {

// The check in its shortest spelling, its columns (bare, or with this table's name before them)
// named as `names` says; as it is if it is no expression. Any thread.
std::string RenamedCheck(const std::string& check, const std::string& table,
                         const std::map<std::string, std::string>& names);

// Names the columns so everywhere in the schema. Any thread.
void RenameColumns(const std::map<std::string, std::string>& names, TableSchema* schema);

}  // namespace linedb::schema

#endif  // LINEDB_SCHEMA_COLUMN_RENAME_H_
