// compact: files without superseded lines, now.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "CLI/App.hpp"
#include "linedb/compact.h"
#include "tools/dbtool/arguments.h"
#include "tools/dbtool/commands.h"
#include "tools/dbtool/errors.h"
#include "tools/dbtool/report.h"

namespace linedb::dbtool {
namespace {

struct CompactCommand {
  std::string directory;
  std::vector<std::string> tables;
  bool dry_run = false;
};

ReportJson TablesOf(const std::vector<CompactionPlan>& plans) {
  ReportJson tables = ReportJson::array();
  for (const CompactionPlan& plan : plans) {
    tables.push_back({{"table", plan.table},
                      {"lines_before", plan.lines_before},
                      {"lines_after", plan.lines_after},
                      {"bytes_before", plan.bytes_before},
                      {"bytes_after", plan.bytes_after}});
  }
  return tables;
}

// What was planned, with the figures there are now.
void TakeFiguresAfter(const Statistics& statistics, std::vector<CompactionPlan>* plans) {
  for (CompactionPlan& plan : *plans) {
    for (const TableStatistics& table : statistics.tables) {
      if (table.name != plan.table) continue;
      plan.lines_after = table.lines;
      plan.bytes_after = table.file_bytes;
    }
  }
}

int Tell(Context& context, const CompactCommand& command, const std::vector<CompactionPlan>& plans,
         std::uint64_t lsn) {
  std::uint64_t lines = 0;
  std::uint64_t bytes = 0;
  std::uint64_t tables = 0;
  for (const CompactionPlan& plan : plans) {
    lines += plan.lines_before - plan.lines_after;
    bytes += plan.bytes_before - plan.bytes_after;
    tables += plan.lines_before > plan.lines_after ? 1 : 0;
  }
  const ReportJson report = {{"dry_run", command.dry_run}, {"lsn", lsn},
                             {"tables_compacted", tables}, {"lines_dropped", lines},
                             {"bytes_dropped", bytes},     {"tables", TablesOf(plans)}};
  PrintReport(context, report, "tables", [&](std::ostream& output) {
    const char* verb = command.dry_run ? "would drop" : "dropped";
    PrintPairs(output, {{verb, Counted(lines, "superseded line") + ", " + ByteText(bytes) +
                                   ", of " + Counted(tables, "table")}});
    output << '\n';
    PrintTable(context, report["tables"],
               {"table", "lines_before", "lines_after", "bytes_before", "bytes_after"});
  });
  return kExitOk;
}

int RunCompact(Context& context, const CompactCommand& command) {
  auto database = OpenDatabase(context, command.directory,
                               command.dry_run ? Access::kReadOnly : Access::kReadWrite);
  if (!database.ok()) return FailOpen(context, database.status());
  absl::StatusOr<std::vector<CompactionPlan>> plans = PlanCompaction(**database, command.tables);
  if (!plans.ok()) return Fail(context, plans.status());
  if (command.dry_run) return Tell(context, command, *plans, (*database)->Stats().last_lsn);
  const absl::StatusOr<CheckpointReport> done = Compact(**database, command.tables);
  if (!done.ok()) return Fail(context, done.status());
  TakeFiguresAfter((*database)->Stats(), &*plans);
  if (absl::Status closed = (*database)->Close(); !closed.ok()) return Fail(context, closed);
  return Tell(context, command, *plans, done->lsn);
}

}  // namespace

void AddCompactCommand(CLI::App& app, Context& context) {
  auto compact = std::make_shared<CompactCommand>();
  CLI::App* command =
      AddCommand(app, "compact", "Rewrite tables without superseded lines; a checkpoint",
                 {"dbtool compact data/university --dry-run", "dbtool compact data/university",
                  "dbtool compact data/university student --json"});
  AddDirectory(command, &compact->directory);
  command->add_option("TABLE", compact->tables, "Only these; without, all that have such lines")
      ->type_name("");
  command->add_flag("--dry-run", compact->dry_run, "Say what would go; write nothing");
  command->callback([&context, compact] {
    context.action = [&, compact] { return RunCompact(context, *compact); };
  });
}

}  // namespace linedb::dbtool
