// edit: visudo for data.

#include <unistd.h>

#include <iostream>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "CLI/App.hpp"
#include "linedb/edit.h"
#include "tools/dbtool/arguments.h"
#include "tools/dbtool/commands.h"
#include "tools/dbtool/edit_report.h"
#include "tools/dbtool/edited_file.h"
#include "tools/dbtool/errors.h"
#include "tools/dbtool/export_file.h"
#include "tools/dbtool/memory_copy.h"
#include "tools/dbtool/process.h"
#include "tools/dbtool/table_query.h"

namespace linedb::dbtool {
namespace {

struct EditCommand {
  std::string directory;
  std::string table;
  std::vector<std::string> keys;
  std::string where;
  std::string file;
  bool dry_run = false;
  std::uint64_t errors_max = 100;
};

// The lines of the rows that are to be edited.
absl::StatusOr<std::string> RowsByKey(const engine::TableCore& core,
                                      const std::vector<std::string>& keys) {
  std::string rows;
  std::set<std::string> seen;
  for (const std::string& key : keys) {
    absl::StatusOr<std::string> text = core.KeyTextFromUser(0, key);
    if (!text.ok()) return text.status();
    if (!seen.insert(*text).second) continue;
    absl::Status found = core.Visit({}, 0, *text, [&rows](std::string_view line) {
      rows.append(line).push_back('\n');
      return absl::OkStatus();
    });
    if (!found.ok()) return found;
  }
  return rows;
}

absl::StatusOr<std::string> RowsWhere(const engine::TableCore& core, const std::string& where) {
  const absl::StatusOr<engine::QuerySpec> query = ParseQuery(core, {.where = where});
  if (!query.ok()) return query.status();
  std::string rows;
  absl::Status run = engine::RunQuery(*query, {}, [&rows](const engine::ResultRow& row) {
    rows.append(row.line(0)).push_back('\n');
    return true;
  });
  if (!run.ok()) return run;
  return rows;
}

// One run of the command. Nobody is locked out while somebody types or is asked.
class EditRun {
 public:
  EditRun(Context& context, const EditCommand& command) : context_(context), command_(command) {}

  int Run() {
    if (std::optional<int> failed = ReadRows()) return *failed;
    if (!EditedFile::HasEditor() && !(IsTerminal(STDIN_FILENO) && IsTerminal(STDOUT_FILENO))) {
      return FailUsage(context_, "there is no terminal for an editor",
                       "EDITOR='sed -i s/old/new/' dbtool edit DIR TABLE lets a command edit");
    }
    auto file = EditedFile::Create(command_.file, command_.table, before_);
    if (absl::IsAlreadyExists(file.status())) {
      return FailUsage(context_, std::string(file.status().message()),
                       "--file names a file that does not exist yet");
    }
    if (!file.ok()) return Fail(context_, file.status());
    file_ = *std::move(file);
    for (;;) {
      const absl::Status edited = file_->Edit();
      absl::StatusOr<std::string> text = file_->Text();
      if (!text.ok()) return Fail(context_, text.status());
      const bool typed = *text != before_;
      if (!edited.ok()) return typed ? FailKept(edited) : Fail(context_, edited);
      after_ = *std::move(text);
      if (!typed) return Tell(EditReport{}, "nothing was edited");
      const absl::StatusOr<EditReport> checked = TryOut();
      if (!checked.ok()) return FailKept(checked.status());
      if (checked->problem_count == 0) return Go(*checked);
      if (!AskedToEditAgain(*checked)) return EndWithProblems(*checked);
    }
  }

 private:
  std::optional<int> ReadRows() {
    auto database = OpenDatabase(context_, command_.directory, Access::kReadOnly);
    if (!database.ok()) return FailOpen(context_, database.status());
    auto core = (*database)->OpenCore(command_.table);
    if (!core.ok()) return Fail(context_, core.status());
    absl::StatusOr<std::string> rows =
        command_.keys.empty() ? RowsWhere(*core, command_.where) : RowsByKey(*core, command_.keys);
    if (!rows.ok()) {
      const bool call = absl::IsInvalidArgument(rows.status());
      return call ? FailUsage(context_, std::string(rows.status().message()))
                  : Fail(context_, rows.status());
    }
    before_ = *std::move(rows);
    if (before_.empty() && !command_.where.empty()) {
      return Fail(context_, absl::NotFoundError(command_.table + ": no row is " + command_.where));
    }
    return std::nullopt;
  }

  EditOptions Options() const {
    EditOptions options;
    options.source_name = file_->name();
    options.problems_max = command_.errors_max;
    return options;
  }

  // On a copy in memory: without a lock, and beside a writer.
  absl::StatusOr<EditReport> TryOut() {
    auto database = OpenDatabase(context_, command_.directory, Access::kReadOnly);
    if (!database.ok()) return database.status();
    auto copy = CopyTable(**database, command_.table);
    if (!copy.ok()) return copy.status();
    EditOptions options = Options();
    options.dry_run = true;
    return ApplyEdited(**copy, command_.table, before_, after_, options);
  }

  bool AskedToEditAgain(const EditReport& report) {
    if (!IsTerminal(STDIN_FILENO) || !IsTerminal(STDERR_FILENO)) return false;
    TellEditProblems(report);
    told_ = true;
    std::cerr << "Edit again? (No: nothing is changed, and the file stays) [Y/n] ";
    std::string answer;
    if (!std::getline(std::cin, answer)) return false;
    told_ = answer == "n" || answer == "N" || answer == "no";
    return !told_;
  }

  int Go(const EditReport& checked) {
    TellChanges(context_, checked, command_.dry_run || context_.verbose);
    if (command_.dry_run) {
      file_->Keep();
      return Tell(checked, "dry run: nothing was changed; what was typed is in " + file_->name());
    }
    if (checked.changed() == 0) return Tell(checked, "no row has changed");
    if (!DeletionConfirmed(context_, checked)) {
      file_->Keep();
      return FailUsage(context_,
                       "rows would be deleted, whose lines were removed; nothing was changed, and "
                       "what was typed is in " +
                           file_->name(),
                       "--yes deletes them");
    }
    auto database = OpenDatabase(context_, command_.directory, Access::kReadWrite);
    if (!database.ok()) return FailKept(database.status());
    const absl::StatusOr<EditReport> report =
        ApplyEdited(**database, command_.table, before_, after_, Options());
    if (!report.ok()) return FailKept(report.status());
    if (report->problem_count > 0) return EndWithProblems(*report);
    if (absl::Status closed = (*database)->Close(); !closed.ok()) {
      return FailKept(closed, "the rows are changed, as one transaction");
    }
    return Tell(*report, "changed, as one transaction");
  }

  int Tell(const EditReport& report, const std::string& outcome) {
    if (context_.json) {
      ReportJson json = {{"table", command_.table}};
      json.update(EditJson(report, command_.dry_run));
      const bool kept = report.problem_count > 0 || command_.dry_run;
      json["file"] = kept ? ReportJson(file_->name()) : ReportJson();
      PrintReport(context_, json, "", {});
    }
    Note(context_, outcome);
    return kExitOk;
  }

  int EndWithProblems(const EditReport& report) {
    file_->Keep();
    if (!context_.json && !told_) TellEditProblems(report);
    Tell(report, Counted(report.problem_count, "problem") +
                     ": nothing was changed; what was typed is in " + file_->name());
    return kExitProblems;
  }

  int FailKept(const absl::Status& status) {
    // A commit whose sync failed may have come about all the same.
    return FailKept(status, absl::IsInternal(status)
                                ? "whether the rows are changed `dbtool cat` tells"
                                : "nothing was changed");
  }
  int FailKept(const absl::Status& status, const std::string& outcome) {
    file_->Keep();
    std::string hint = outcome + "; what was typed is in " + file_->name();
    if (absl::IsUnavailable(status)) hint += "; " + WorkHint();
    return Fail(context_, status, hint);
  }

  Context& context_;
  const EditCommand& command_;
  std::string before_;
  std::string after_;
  std::unique_ptr<EditedFile> file_;
  bool told_ = false;  // the problems were
};

int Edit(Context& context, const EditCommand& command) {
  if (!command.keys.empty() && !command.where.empty()) {
    return FailUsage(context, "edit takes either keys or --where");
  }
  if (!command.file.empty() && IsInside(command.file, command.directory)) {
    return FailUsage(context, command.file + " is inside the database " + command.directory,
                     "edit in a file outside it");
  }
  return EditRun(context, command).Run();
}

}  // namespace

void AddEditCommand(CLI::App& app, Context& context) {
  auto edit = std::make_shared<EditCommand>();
  CLI::App* command = AddCommand(
      app, "edit", "Change rows in an editor ($VISUAL, $EDITOR); checked, and one transaction",
      {"dbtool edit data/university student", "dbtool edit data/university student 1 2 --dry-run",
       "dbtool edit data/university student --where 'gpa is null'",
       "EDITOR='sed -i s/Bob/Robert/' dbtool edit data/university student",
       "EDITOR='sed -i /Alice/d' dbtool edit data/university student --yes"});
  AddDirectory(command, &edit->directory);
  AddTable(command, &edit->table);
  command->add_option("KEY", edit->keys, "Only these rows; a compound key as a JSON array")
      ->type_name("");
  command->add_option("--where", edit->where, "Only the rows for which this is true, as of `cat`")
      ->type_name("EXPRESSION");
  command
      ->add_option("--file", edit->file,
                   "Edit in this file, which does not exist yet; without, in TMPDIR")
      ->type_name("FILE");
  command->add_flag("--dry-run", edit->dry_run, "Check what was typed and show it; change nothing");
  command->add_option("--max-errors", edit->errors_max, "Problems told")
      ->check(WholeNumber())
      ->type_name("N");
  command->callback(
      [&context, edit] { context.action = [&, edit] { return Edit(context, *edit); }; });
}

}  // namespace linedb::dbtool
