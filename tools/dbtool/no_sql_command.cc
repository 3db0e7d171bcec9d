// In place of sql_command.cc where SQLite is not there, or not wanted.

#include "CLI/App.hpp"
#include "tools/dbtool/commands.h"

namespace linedb::dbtool {

void AddSqlCommand(CLI::App&, Context&) {}

}  // namespace linedb::dbtool
