// Wiring only: which commands there are. Each family stands in a file of its own.

#include "CLI/CLI.hpp"
#include "tools/dbtool/arguments.h"
#include "tools/dbtool/commands.h"
#include "tools/dbtool/context.h"
#include "tools/dbtool/process.h"

int main(int argc, char** argv) {
  using namespace linedb::dbtool;
  PrepareProcess();
  Context context;
  CLI::App app("Look into and change linedb databases", "dbtool");
  AddCommonFlags(app, context);
  AddChangeCommands(app, context);
  AddRecordCommands(app, context);
  AddCompactCommand(app, context);
  AddAlterCommand(app, context);
  AddDropCommand(app, context);
  AddDescribeCommands(app, context);
  AddReadCommands(app, context);
  AddSqlCommand(app, context);
  AddExchangeCommands(app, context);
  AddDumpCommands(app, context);
  AddLogCommands(app, context);
  AddHistoryCommands(app, context);
  AddBisectCommand(app, context);
  AddEditCommand(app, context);
  AddAdoptCommand(app, context);
  AddPurgeCommand(app, context);
  AddRepairCommand(app, context);
  AddUiCommands(app, context);
  AddProgramCommands(app, context);
  return ParseAndRun(app, argc, argv, context);
}
