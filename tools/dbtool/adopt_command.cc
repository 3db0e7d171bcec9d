// adopt.

#include <memory>
#include <string>
#include <vector>

#include "CLI/App.hpp"
#include "linedb/edit.h"
#include "tools/dbtool/arguments.h"
#include "tools/dbtool/commands.h"
#include "tools/dbtool/edit_report.h"
#include "tools/dbtool/errors.h"
#include "wal/file_system.h"

namespace linedb::dbtool {
namespace {

struct AdoptCommand {
  std::string directory;
  std::vector<std::string> tables;
  std::string before;
  bool dry_run = false;
  std::uint64_t errors_max = 100;
};

void TellAdopted(Context& context, const AdoptCommand& command, const EditReport& report) {
  if (context.json) {
    ReportJson json = {{"tables", command.tables}};
    json.update(EditJson(report, command.dry_run));
    json["rewritten"] = report.rewritten;
    PrintReport(context, json, "", {});
  }
  if (report.problem_count > 0) {
    if (!context.json) TellEditProblems(report);
    Note(context, Counted(report.problem_count, "problem") + ": nothing was changed");
  } else if (report.committed) {
    Note(context, "adopted, as one transaction");
  } else if (report.rewritten) {
    Note(context, "no record has changed; the file was written anew, as the log has it");
  } else if (command.dry_run) {
    Note(context, "dry run: nothing was written");
  } else {
    Note(context, "the file is as the database left it: nothing to adopt");
  }
}

int FailAdopt(const Context& context, const absl::Status& status) {
  const bool unknown = absl::IsNotFound(status) &&
                       status.message().find("before is needed") != absl::string_view::npos;
  const std::string hint =
      unknown ? "--before FILE: its copy in git (`git show`), in a backup, or of your editor" : "";
  return Fail(context, status, hint);
}

int Adopt(Context& context, const AdoptCommand& command) {
  AdoptOptions options;
  options.dry_run = command.dry_run;
  options.problems_max = command.errors_max;
  if (!command.before.empty()) {
    if (command.tables.size() != 1) {
      return FailUsage(context, "--before goes with one table", "adopt the tables one by one");
    }
    absl::StatusOr<std::string> before = wal::ReadFile(wal::PosixFileSystem(), command.before);
    if (!before.ok()) return Fail(context, before.status());
    options.before[command.tables[0]] = *std::move(before);
  }
  bool refused = false;
  options.confirm = [&](const EditReport& report) {
    TellChanges(context, report, context.verbose);
    refused = !DeletionConfirmed(context, report);
    return !refused;
  };
  const absl::StatusOr<EditReport> report =
      linedb::Adopt(command.directory, command.tables, options);
  if (!report.ok()) return FailAdopt(context, report.status());
  if (refused) {
    return FailUsage(context,
                     "rows would be deleted, whose lines are gone from the file; nothing was "
                     "changed",
                     "--yes deletes them");
  }
  if (command.dry_run && report->problem_count == 0) TellChanges(context, *report, true);
  TellAdopted(context, command, *report);
  return report->problem_count > 0 ? kExitProblems : kExitOk;
}

}  // namespace

void AddAdoptCommand(CLI::App& app, Context& context) {
  auto adopt = std::make_shared<AdoptCommand>();
  CLI::App* command = AddCommand(app, "adopt", "Take in .records files that were changed by hand",
                                 {"dbtool adopt data/university student --dry-run",
                                  "sed -i s/Bob/Robert/ data/university/data/student.records && "
                                  "dbtool adopt data/university student",
                                  "dbtool adopt data/university student enrollment"});
  AddDirectory(command, &adopt->directory);
  command->add_option("TABLE", adopt->tables, "The tables; all changes are one transaction")
      ->required()
      ->type_name("");
  command
      ->add_option("--before", adopt->before,
                   "The .records file as it was before, if the logs do not go back far enough")
      ->type_name("FILE");
  command->add_flag("--dry-run", adopt->dry_run,
                    "Check everything, say what would change; write nothing");
  command->add_option("--max-errors", adopt->errors_max, "Problems told")
      ->check(WholeNumber())
      ->type_name("N");
  command->callback(
      [&context, adopt] { context.action = [&, adopt] { return Adopt(context, *adopt); }; });
}

}  // namespace linedb::dbtool
