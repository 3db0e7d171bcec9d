// The families of commands. Each function adds its commands to the application; a command that is
// parsed leaves itself in Context::action.

#ifndef LINEDB_TOOLS_DBTOOL_COMMANDS_H_
#define LINEDB_TOOLS_DBTOOL_COMMANDS_H_

#include "CLI/App.hpp"
#include "tools/dbtool/context.h"

namespace linedb::dbtool {

void AddChangeCommands(CLI::App& app, Context& context);    // init create checkpoint
void AddRecordCommands(CLI::App& app, Context& context);    // put delete
void AddCompactCommand(CLI::App& app, Context& context);    // compact
void AddAlterCommand(CLI::App& app, Context& context);      // alter
void AddDropCommand(CLI::App& app, Context& context);       // drop
void AddDescribeCommands(CLI::App& app, Context& context);  // inspect schema stats
void AddReadCommands(CLI::App& app, Context& context);      // get cat grep
void AddSqlCommand(CLI::App& app, Context& context);        // sql
void AddExchangeCommands(CLI::App& app, Context& context);  // import export
void AddDumpCommands(CLI::App& app, Context& context);      // dump load
void AddLogCommands(CLI::App& app, Context& context);       // wal verify
void AddHistoryCommands(CLI::App& app, Context& context);   // backup restore diff slice
void AddBisectCommand(CLI::App& app, Context& context);     // bisect
void AddEditCommand(CLI::App& app, Context& context);       // edit
void AddAdoptCommand(CLI::App& app, Context& context);      // adopt
void AddPurgeCommand(CLI::App& app, Context& context);      // purge
void AddRepairCommand(CLI::App& app, Context& context);     // repair
void AddUiCommands(CLI::App& app, Context& context);        // ui report
void AddProgramCommands(CLI::App& app, Context& context);   // help completion man

}  // namespace linedb::dbtool

#endif  // LINEDB_TOOLS_DBTOOL_COMMANDS_H_
