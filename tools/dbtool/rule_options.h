// The options by which `create` and `alter` say what holds of a table's records as a whole.

#ifndef LINEDB_TOOLS_DBTOOL_RULE_OPTIONS_H_
#define LINEDB_TOOLS_DBTOOL_RULE_OPTIONS_H_

#include "CLI/App.hpp"
#include "tools/dbtool/schema_edit.h"

namespace linedb::dbtool {

// An option that may be given several times, each time with its one value or pair.
template <class Values>
void AddRepeated(CLI::App* command, const char* name, Values* values, const char* help,
                 const char* type) {
  command->add_option(name, *values, help)->allow_extra_args(false)->type_name(type);
}

// Unique columns, ordered indexes (by an option of this name), checks, references, expiry.
void AddRuleOptions(CLI::App* command, const char* index_option, SchemaEdit* edit);

}  // namespace linedb::dbtool

#endif  // LINEDB_TOOLS_DBTOOL_RULE_OPTIONS_H_
