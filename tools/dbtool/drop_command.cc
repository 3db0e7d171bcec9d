// drop.

#include <cstdint>
#include <memory>
#include <string>

#include "CLI/App.hpp"
#include "tools/dbtool/arguments.h"
#include "tools/dbtool/commands.h"
#include "tools/dbtool/errors.h"
#include "tools/dbtool/memory_copy.h"
#include "tools/dbtool/report.h"

namespace linedb::dbtool {
namespace {

struct DropCommand {
  std::string directory;
  std::string table;
};

// Whether other tables reference it is tried out where there are no records.
absl::Status CheckMayGo(const Database& database, const std::string& table) {
  const auto tables = CopySchemas(database);
  return tables.ok() ? (*tables)->DropTable(table) : tables.status();
}

std::uint64_t RecordsOf(const Statistics& statistics, const std::string& table) {
  for (const TableStatistics& each : statistics.tables) {
    if (each.name == table) return each.records;
  }
  return 0;
}

std::string WhatGoes(const DropCommand& command, std::uint64_t records) {
  return "the table " + command.table + " with " + Counted(records, "record");
}

// Zero: somebody means it. Nobody is locked out while he is asked.
int Ask(Context& context, const DropCommand& command) {
  auto database = OpenDatabase(context, command.directory, Access::kReadOnly);
  if (!database.ok()) return FailOpen(context, database.status());
  if (absl::Status may_go = CheckMayGo(**database, command.table); !may_go.ok()) {
    return Fail(context, may_go);
  }
  const std::string what = WhatGoes(command, RecordsOf((*database)->Stats(), command.table));
  if (Confirmed(context, "Drop " + what + "?")) return kExitOk;
  return FailUsage(context, "nothing was dropped: it would be " + what,
                   "--yes says that this is meant");
}

int RunDrop(Context& context, const DropCommand& command) {
  if (const int exit_code = Ask(context, command); exit_code != kExitOk) return exit_code;
  auto database = OpenDatabase(context, command.directory, Access::kReadWrite);
  if (!database.ok()) return FailOpen(context, database.status());
  const Statistics before = (*database)->Stats();
  absl::Status dropped = (*database)->DropTable(command.table);
  if (dropped.ok()) dropped = (*database)->Close();
  if (!dropped.ok()) return Fail(context, dropped);
  const std::uint64_t records = RecordsOf(before, command.table);
  Note(context, "dropped " + WhatGoes(command, records));
  Hint(context, "`dbtool restore DIR NEWDIR --at " + std::to_string(before.last_lsn) +
                    "` makes a database that has it again");
  if (context.json) {
    PrintReport(context,
                {{"table", command.table}, {"records", records}, {"lsn_before", before.last_lsn}},
                "", {});
  }
  return kExitOk;
}

}  // namespace

void AddDropCommand(CLI::App& app, Context& context) {
  auto drop = std::make_shared<DropCommand>();
  CLI::App* command = AddCommand(app, "drop", "Remove a table with its records; the logs keep them",
                                 {"dbtool drop data/university enrollment --yes",
                                  "dbtool drop data/university seat --yes --json"});
  AddDirectory(command, &drop->directory);
  AddTable(command, &drop->table);
  command->callback(
      [&context, drop] { context.action = [&, drop] { return RunDrop(context, *drop); }; });
}

}  // namespace linedb::dbtool
