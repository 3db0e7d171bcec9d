// import, export.

#include <algorithm>
#include <cctype>
#include <iostream>
#include <utility>

#include "CLI/App.hpp"
#include "linedb/exchange.h"
#include "tools/dbtool/arguments.h"
#include "tools/dbtool/commands.h"
#include "tools/dbtool/errors.h"
#include "tools/dbtool/export_file.h"
#include "tools/dbtool/import_job.h"
#include "tools/dbtool/process.h"
#include "tools/dbtool/progress_line.h"

namespace linedb::dbtool {
namespace {

struct ExportOptions {
  std::string directory;
  std::string table;
  std::string file = "-";
  std::string format = "jsonl";
  bool canonical = false;
};

absl::StatusOr<std::uint64_t> ExportTable(Context& context, Database& database,
                                          const ExportOptions& options, std::ostream& output) {
  const FileFormat format = options.format == "json" ? FileFormat::kJson : FileFormat::kJsonLines;
  if (!options.canonical) return Export(database, options.table, format, output);
  ProgressLine line(context);
  CanonicalExportOptions canonical;
  const std::uint64_t records = database.OpenCore(options.table)->record_count();
  canonical.progress = [&line, records](std::uint64_t done) {
    line.Show(done == 0 ? "sorting" : "writing records", done, records);
    return !Interrupted();
  };
  return ExportCanonical(database, options.table, output, canonical);
}

int RunExport(Context& context, const ExportOptions& options) {
  if (options.canonical && options.format == "json") {
    return FailUsage(context, "--canonical writes JSON Lines", "leave out --format json");
  }
  if (options.file != "-" && IsInside(options.file, options.directory)) {
    return FailUsage(context, options.file + " is inside the database " + options.directory,
                     "export to a file outside it");
  }
  auto database = OpenDatabase(context, options.directory, Access::kReadOnly);
  if (!database.ok()) return FailOpen(context, database.status());
  // The table before the file: a mistyped one must not ask to replace anything.
  if (auto core = (*database)->OpenCore(options.table); !core.ok()) {
    return Fail(context, core.status());
  }
  absl::StatusOr<std::uint64_t> count = std::uint64_t{0};
  const int exit_code = WriteNamed(context, options.file, [&](std::ostream& output) {
    count = ExportTable(context, **database, options, output);
    return count.status();
  });
  if (exit_code != kExitOk || !count.ok()) return exit_code;
  const bool to_stdout = options.file == "-";
  Note(context,
       "exported " + WithThousands(*count) + " records" + (to_stdout ? "" : " to " + options.file));
  if (context.json && !to_stdout) {
    context.out << "{\"table\":\"" << options.table << "\",\"exported\":" << *count << "}\n";
  }
  return kExitOk;
}

CLI::Validator NotZero() {
  const auto check = [](std::string& word) {
    return word.find_first_not_of('0') != word.npos
               ? std::string()
               : "0 records are no batch; leave --batch out for one transaction";
  };
  return CLI::Validator(check, "");
}

void AddImportFlags(CLI::App* command, ImportJob* job) {
  command->add_flag("--create", job->create,
                    "Make the table, with a schema inferred from the file");
  command->add_option("--primary-key", job->primary_key, "With --create: a,b")->type_name("");
  command->add_option("--unique", job->unique_keys, "With --create: a,b; repeatable")
      ->allow_extra_args(false)
      ->type_name("");
  command->add_option("--format", job->format, "auto, jsonl or json")
      ->check(OneOf({"auto", "jsonl", "json", "csv"}))
      ->type_name("FORMAT");
  command->add_option("--on-conflict", job->on_conflict, "A taken key: fail, skip or replace")
      ->check(OneOf({"fail", "skip", "replace"}))
      ->type_name("WHAT");
  command->add_flag("--ignore-columns", job->ignore_columns, "Leave unknown columns out");
  command
      ->add_option("--batch", job->batch,
                   "Commit every N records; without, all or nothing: all of it is\n"
                   "one transaction, for which the disk needs room for the\n"
                   "records once more until the commit")
      ->check(WholeNumber())
      ->check(NotZero())
      ->type_name("N");
  auto* dry_run =
      command->add_flag("--dry-run", job->dry_run,
                        "Check everything, write nothing; holds a copy of the table in memory");
  command
      ->add_option("--rejects", job->rejects,
                   "Take the good records; write the bad ones here, as they are, and why to "
                   "FILE.reasons")
      ->excludes(dry_run)
      ->type_name("FILE");
  command->add_option("--max-errors", job->errors_max, "Errors told, of each run")
      ->check(WholeNumber())
      ->type_name("N");
}

}  // namespace

void AddExchangeCommands(CLI::App& app, Context& context) {
  auto job = std::make_shared<ImportJob>();
  CLI::App* import = AddCommand(
      app, "import", "Take records into a table: JSON Lines, or JSON (an array)",
      {"dbtool import data/university student more.jsonl",
       "dbtool import data/university artist artist.jsonl --create --primary-key ArtistId",
       "dbtool import data/university student more.jsonl --on-conflict replace --dry-run",
       "jq -c '.records[]' students.json | dbtool import data/university student - "
       "--on-conflict skip"});
  AddDirectory(import, &job->directory);
  AddTable(import, &job->table);
  import->add_option("FILE", job->file, "The file, or - for stdin")->required()->type_name("");
  AddImportFlags(import, job.get());
  import->callback(
      [&context, job] { context.action = [&, job] { return job->Run(context);
};
}  // namespace linedb::dbtool
);

auto options = std::make_shared<ExportOptions>();
CLI::App* command = AddCommand(
    app, "export", "Write a table's records: JSON Lines, or JSON",
    {"dbtool export data/university student", "dbtool export data/university student backup.jsonl",
     "dbtool export data/university student backup.jsonl --yes",
     "dbtool export data/university student - --format json",
     "dbtool export data/university student in-git.jsonl --canonical"});
AddDirectory(command, &options->directory);
AddTable(command, &options->table);
command->add_option("FILE", options->file, "The file; without, or with -, stdout")->type_name("");
command->add_option("--format", options->format, "jsonl or json")
    ->check(OneOf({"jsonl", "json"}))
    ->type_name("FORMAT");
command->add_flag("--canonical", options->canonical,
                  "Sorted by primary key: equal tables give equal files, and `git diff`\n"
                  "shows the rows that changed; takes 24 bytes of memory a record");
command->callback([&context, options] {
  context.action = [&, options] { return RunExport(context, *options); };
});
}

}  // namespace linedb::dbtool
