// purge.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "CLI/App.hpp"
#include "linedb/purge.h"
#include "tools/dbtool/arguments.h"
#include "tools/dbtool/commands.h"
#include "tools/dbtool/errors.h"
#include "tools/dbtool/process.h"
#include "tools/dbtool/progress_line.h"
#include "tools/dbtool/report.h"

namespace linedb::dbtool {
namespace {

struct PurgeCommand {
  std::string directory;
  std::string table;
  std::vector<std::string> keys;
  bool dry_run = false;
};

std::uint64_t SumOf(const PurgeReport& report, std::uint64_t PurgedRecord::*count) {
  std::uint64_t sum = 0;
  for (const PurgedRecord& record : report.records) sum += record.*count;
  return sum;
}

// "2 lines of the table, 5 operations in 3 logs"
std::string CountsOf(const PurgeReport& report) {
  std::string text = Counted(SumOf(report, &PurgedRecord::lines), "line") + " of the table, " +
                     Counted(SumOf(report, &PurgedRecord::operations), "operation") + " in " +
                     Counted(report.logs, "log");
  if (report.surplus_lines > 0) {
    text += ", " + Counted(report.surplus_lines, "line") + " of files kept for a person";
  }
  return text;
}

ReportJson JsonOf(const PurgeCommand& command, const PurgeReport& report) {
  ReportJson records = ReportJson::array();
  for (const PurgedRecord& record : report.records) {
    records.push_back({{"key", record.key},
                       {"live", record.live},
                       {"lines", record.lines},
                       {"operations", record.operations}});
  }
  return {{"directory", command.directory},
          {"table", command.table},
          {"dry_run", report.dry_run},
          {"resumed", report.resumed},
          {"records", records},
          {"logs", report.logs},
          {"logs_rewritten", report.logs_rewritten},
          {"surplus_lines", report.surplus_lines},
          {"lsn", report.dry_run ? ReportJson(nullptr) : ReportJson(report.lsn)},
          {"notes", report.notes}};
}

void Tell(Context& context, const PurgeCommand& command, const PurgeReport& report) {
  PrintReport(context, JsonOf(command, report), "records", [&](std::ostream& output) {
    std::vector<std::pair<std::string, std::string>> pairs = {
        {report.dry_run ? "would purge" : "purged",
         Counted(report.records.size(), "record") + " of " + command.table},
        {"with", CountsOf(report)}};
    if (!report.dry_run) {
      pairs.emplace_back("rewritten", Counted(report.logs_rewritten, "archive"));
      pairs.emplace_back("recorded", "as lsn " + std::to_string(report.lsn));
    }
    PrintPairs(output, pairs);
  });
  for (const std::string& note : report.notes) Note(context, note);
  if (report.dry_run) return;
  Note(context,
       "backups and other copies keep what they have: remove them, or make them anew; a `tail "
       "--after LSN:CHECKSUM` of before is told that history has changed");
}

int RunPurge(Context& context, const PurgeCommand& command) {
  auto database = OpenDatabase(context, command.directory,
                               command.dry_run ? Access::kReadOnly : Access::kReadWrite);
  if (!database.ok()) return FailOpen(context, database.status());
  CatchInterrupts();
  const auto purge = [&](bool dry_run) {
    ProgressLine line(context);
    PurgeOptions options{.dry_run = dry_run};
    options.progress = [&line](PurgePhase phase, std::uint64_t bytes, std::uint64_t total) {
      line.Show(phase == PurgePhase::kReading ? "reading the logs" : "writing them anew", bytes,
                total);
      return !Interrupted();
    };
    return (*database)->Purge(command.table, command.keys, options);
  };
  const auto fail = [&](const absl::Status& status) {
    if (absl::IsInvalidArgument(status)) return FailUsage(context, std::string(status.message()));
    // Of a table that is not there, too, the logs may have records.
    const auto core = (*database)->OpenCore(command.table);
    return Fail(context, absl::IsNotFound(status) && !core.ok() ? core.status() : status);
  };
  absl::StatusOr<PurgeReport> report = purge(/*dry_run=*/true);
  if (command.dry_run || (!report.ok() && !absl::IsNotFound(report.status()))) {
    if (!report.ok()) return fail(report.status());
    Tell(context, command, *report);
    return kExitOk;
  }
  const std::string what = report.ok() ? CountsOf(*report) : "what is left of one that was stopped";
  if (report.ok() && !Confirmed(context, "Remove for good " + what + "?")) {
    return FailUsage(context, "nothing was purged: it would remove " + what,
                     "--yes says that this is meant");
  }
  report = purge(/*dry_run=*/false);
  if (!report.ok()) return fail(report.status());
  const absl::Status closed = (*database)->Close();
  Tell(context, command, *report);
  if (Interrupted()) Note(context, "the interrupt came too late: a purge that writes is finished");
  return closed.ok() ? kExitOk : Fail(context, closed);
}

}  // namespace

void AddPurgeCommand(CLI::App& app, Context& context) {
  auto purge = std::make_shared<PurgeCommand>();
  CLI::App* command = AddCommand(
      app, "purge", "Remove records for good, from the table and from all of its history",
      {"dbtool purge data/university student 1 --dry-run",
       "dbtool purge data/university student 1 --yes",
       "dbtool purge data/university enrollment '[1,101]' '[2,101]' --yes --json"});
  AddDirectory(command, &purge->directory);
  AddTable(command, &purge->table);
  command->add_option("KEY", purge->keys, "Primary keys; a compound one as a JSON array")
      ->required()
      ->type_name("");
  command->add_flag("--dry-run", purge->dry_run, "Count what it would remove; write nothing");
  command->callback(
      [&context, purge] { context.action = [&, purge] { return RunPurge(context, *purge); }; });
}

}  // namespace linedb::dbtool
