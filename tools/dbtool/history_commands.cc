// backup, restore, diff, slice.

#include <cstdint>
#include <memory>
#include <string>

#include "CLI/App.hpp"
#include "engine/report_json.h"
#include "linedb/history.h"
#include "tools/dbtool/arguments.h"
#include "tools/dbtool/commands.h"
#include "tools/dbtool/diff_command.h"
#include "tools/dbtool/errors.h"
#include "tools/dbtool/moment.h"
#include "tools/dbtool/process.h"
#include "tools/dbtool/progress_line.h"
#include "tools/dbtool/report.h"
#include "tools/dbtool/slice_command.h"

namespace linedb::dbtool {
namespace {

struct BackupCommand {
  std::string directory;
  std::string target;
  bool no_archives = false;
};

struct RestoreCommand {
  std::string directory;
  std::string target;
  std::string at;
  std::string archives;
  bool dry_run = false;
};

int RunBackup(Context& context, const BackupCommand& command) {
  CatchInterrupts();
  absl::StatusOr<BackupReport> done;
  {
    ProgressLine line(context);
    BackupOptions options;
    options.archives = !command.no_archives;
    options.progress = [&line](std::uint64_t bytes, std::uint64_t total) {
      line.Show("copying", bytes, total);
      return !Interrupted();
    };
    done = Database::BackupFrom(command.directory, command.target, options);
  }
  // What is there of it stays: the next one goes on with it.
  if (absl::IsCancelled(done.status())) return Fail(context, done.status());
  if (!done.ok()) return FailMaking(context, {"backup", command.target}, done.status());
  if (done->archives_missing > 0) {
    Note(context, "the archives of " + Counted(done->archives_missing, "operation") +
                      " were removed before they were backed up: no moment in them can be " +
                      "restored, and verify of the backup names the gap");
  }
  ReportJson report = {{"directory", command.directory}, {"target", command.target}};
  report.update(engine::JsonOf(*done));
  PrintReport(context, report, "", [&](std::ostream& output) {
    PrintPairs(
        output,
        {{"backup", command.target + (done->incremental ? ", brought up to date" : "")},
         {"state", "lsn " + std::to_string(done->lsn) + ", " + done->timestamp},
         {"tables", WithThousands(done->tables)},
         {"copied", ByteText(done->bytes_copied) + " to " + Counted(done->files_written, "file")},
         {"there already", ByteText(done->bytes_shared)},
         {"archives", Counted(done->archives_copied, "new archive")}});
  });
  return kExitOk;
}

ReportJson JsonOf(const RestoreCommand& command, const RestoreReport& done) {
  return {{"directory", command.directory},
          {"target", command.target},
          {"dry_run", command.dry_run},
          {"database", command.dry_run ? ReportJson(nullptr) : ReportJson(done.database)},
          {"lsn", done.lsn},
          {"timestamp", done.timestamp},
          {"base_lsn", done.base_lsn},
          {"base_timestamp", done.base_timestamp},
          {"logs_read", done.logs_read},
          {"transactions_replayed", done.transactions_replayed},
          {"operations_replayed", done.operations_replayed},
          {"tables", done.tables},
          {"lsn_oldest", done.lsn_oldest},
          {"lsn_newest", done.lsn_newest}};
}

int RunRestore(Context& context, const RestoreCommand& command) {
  CatchInterrupts();
  absl::StatusOr<RestoreReport> done;
  {
    ProgressLine line(context);
    RestoreOptions options;
    options.target = MomentOf(command.at);
    options.archives = command.archives;
    options.dry_run = command.dry_run;
    options.progress = [&line](std::uint64_t bytes, std::uint64_t total) {
      line.Show("restoring", bytes, total);
      return !Interrupted();
    };
    done = Database::Restore(command.directory, command.target, options);
  }
  if (!done.ok()) {
    const std::string hint = MomentHint("--at", done.status());
    return hint.empty() ? FailMaking(context, {"restore", command.target}, done.status())
                        : FailUsage(context, std::string(done.status().message()), hint);
  }
  if (done->lsn == 0 && done->lsn_newest > 0) {
    Note(context, "the database was empty at that moment: its operations begin with lsn 1");
  }
  PrintReport(context, JsonOf(command, *done), "", [&](std::ostream& output) {
    const std::string base =
        "the tables of lsn " + std::to_string(done->base_lsn) + ", " + done->base_timestamp;
    const std::string range =
        "lsn " + std::to_string(done->lsn_oldest) + " to " + std::to_string(done->lsn_newest);
    if (command.dry_run) {
      PrintPairs(output,
                 {{"would restore", "lsn " + std::to_string(done->lsn) + ", " + done->timestamp},
                  {"from", base},
                  {"replaying", Counted(done->logs_read, "log")},
                  {"possible", range}});
      return;
    }
    PrintPairs(output, {{"restored", command.target},
                        {"state", "lsn " + std::to_string(done->lsn) + ", " + done->timestamp},
                        {"from", base},
                        {"replayed", Counted(done->operations_replayed, "operation") + " of " +
                                         Counted(done->transactions_replayed, "transaction")},
                        {"tables", WithThousands(done->tables)},
                        {"possible", range}});
  });
  return kExitOk;
}

void AddRestore(CLI::App& app, Context& context) {
  auto restore = std::make_shared<RestoreCommand>();
  CLI::App* command =
      AddCommand(app, "restore", "Make a new database of the state at an earlier moment",
                 {"dbtool restore data/university restored/now",
                  "dbtool restore data/university restored/first --at 2 --dry-run",
                  "dbtool restore data/university restored/first --at 2",
                  "dbtool restore data/university restored/late --at 2099-01-22T20:31:17Z --json"});
  AddDirectory(command, &restore->directory);
  command->add_option("DEST", restore->target, "A new or empty directory")
      ->required()
      ->type_name("");
  command
      ->add_option("--at", restore->at,
                   "An lsn as `wal` shows it, or a time (UTC, unless it says otherwise):\n"
                   "what was committed by then; without, the newest state")
      ->type_name("TIME|LSN");
  command
      ->add_option("--archives", restore->archives,
                   "DIR is a backup: go on with the logs of this, the live database")
      ->type_name("DIR");
  command->add_flag("--dry-run", restore->dry_run, "Print the plan, write nothing");
  command->callback([&context, restore] {
    context.action = [&, restore] { return RunRestore(context, *restore); };
  });
}

}  // namespace

void AddHistoryCommands(CLI::App& app, Context& context) {
  auto backup = std::make_shared<BackupCommand>();
  CLI::App* command = AddCommand(
      app, "backup", "Copy a database, also while it is written to; again: what is new",
      {"dbtool backup data/university backup/monday", "dbtool backup data/university backup/monday",
       "dbtool backup data/university backup/small --no-archives --json"});
  AddDirectory(command, &backup->directory);
  command->add_option("DEST", backup->target, "A new or empty directory, or an earlier backup")
      ->required()
      ->type_name("");
  command->add_flag("--no-archives", backup->no_archives,
                    "Leave the archived logs out: no going back before the last checkpoint");
  command->callback(
      [&context, backup] { context.action = [&, backup] { return RunBackup(context, *backup); }; });
  AddRestore(app, context);
  AddDiff(app, context);
  AddSlice(app, context);
}

}  // namespace linedb::dbtool
