// import, export.

#include <memory>
#include <utility>

#include "CLI/App.hpp"
#include "linedb/exchange.h"
#include "tools/dbtool/arguments.h"
#include "tools/dbtool/commands.h"
#include "tools/dbtool/csv_flags.h"
#include "tools/dbtool/errors.h"
#include "tools/dbtool/export_file.h"
#include "tools/dbtool/import_job.h"
#include "tools/dbtool/process.h"
#include "tools/dbtool/progress_line.h"
#include "tools/dbtool/rule_options.h"

namespace linedb::dbtool {
namespace {

struct ExportJob {
  std::string directory;
  std::string table;
  std::string file = "-";
  std::string format = "auto";
  CsvFlags csv;
  bool canonical = false;
};

absl::StatusOr<std::uint64_t> ExportTable(Context& context, Database& database,
                                          const ExportJob& job, const CsvOptions& csv,
                                          std::ostream& output) {
  const FileFormat format = FormatOf(job.format, job.file);
  if (!job.canonical) return Export(database, job.table, format, output, csv);
  ProgressLine line(context);
  CanonicalExportOptions canonical{.format = format, .csv = csv};
  const std::uint64_t records = database.OpenCore(job.table)->record_count();
  canonical.progress = [&line, records](std::uint64_t done) {
    line.Show(done == 0 ? "sorting" : "writing records", done, records);
    return !Interrupted();
  };
  return ExportCanonical(database, job.table, output, canonical);
}

int RunExport(Context& context, const ExportJob& job) {
  if (job.canonical && job.format == "json") {
    return FailUsage(context, "--canonical writes JSON Lines or CSV", "leave out --format json");
  }
  const absl::StatusOr<CsvOptions> csv = CsvOptionsOf(job.csv, job.file);
  if (!csv.ok()) return FailUsage(context, std::string(csv.status().message()));
  if (job.csv.any() && FormatOf(job.format, job.file) != FileFormat::kCsv) {
    return FailUsage(context, "--delimiter, --null and --no-header are of CSV",
                     "--format csv, or a file whose name ends in .csv, makes it that");
  }
  if (job.file != "-" && IsInside(job.file, job.directory)) {
    return FailUsage(context, job.file + " is inside the database " + job.directory,
                     "export to a file outside it");
  }
  auto database = OpenDatabase(context, job.directory, Access::kReadOnly);
  if (!database.ok()) return FailOpen(context, database.status());
  // The table before the file: a mistyped one must not ask to replace anything.
  if (auto core = (*database)->OpenCore(job.table); !core.ok()) {
    return Fail(context, core.status());
  }
  absl::StatusOr<std::uint64_t> count = std::uint64_t{0};
  const int exit_code = WriteNamed(context, job.file, [&](std::ostream& output) {
    count = ExportTable(context, **database, job, *csv, output);
    return count.status();
  });
  if (exit_code != kExitOk || !count.ok()) return exit_code;
  const bool to_stdout = job.file == "-";
  Note(context, "exported " + Counted(*count, "record") + (to_stdout ? "" : " to " + job.file));
  if (context.json && !to_stdout) {
    context.out << "{\"table\":\"" << job.table << "\",\"exported\":" << *count << "}\n";
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

void AddTableFlags(CLI::App* command, ImportJob* job) {
  command->add_flag("--create", job->create,
                    "Make the table, with a schema inferred from the file");
  command->add_option("--primary-key", job->primary_key, "With --create: a,b")
      ->type_name("COLUMNS");
  AddRepeated(command, "--unique", &job->unique_keys, "With --create: a,b; repeatable", "COLUMNS");
  AddRepeated(command, "--type", &job->types,
              "With --create or --add-columns: the type of a column,\n"
              "in place of the inferred one: zip_code=str; repeatable",
              "COLUMN=TYPE");
  auto* add_columns = command->add_flag("--add-columns", job->add_columns,
                                        "Add unknown columns to the table, of inferred types");
  command->add_flag("--ignore-columns", job->ignore_columns, "Leave unknown columns out")
      ->excludes(add_columns);
}

void AddImportFlags(CLI::App* command, ImportJob* job) {
  AddTableFlags(command, job);
  command
      ->add_option("--format", job->format,
                   "auto (by the file's name, or how it begins), jsonl,\njson or csv")
      ->check(OneOf({"auto", "jsonl", "json", "csv"}))
      ->type_name("FORMAT");
  AddCsvInputFlags(command, &job->csv);
  command
      ->add_option("--on-conflict", job->on_conflict,
                   "A taken key: fail (default), skip or replace; of a transaction\n"
                   "that replaces many records these are kept in memory")
      ->check(OneOf({"fail", "skip", "replace"}))
      ->type_name("WHAT");
  command
      ->add_option("--batch", job->batch,
                   "Commit every N records; without, all or nothing: all of it is\n"
                   "one transaction, for which the disk needs room for the\n"
                   "records once more until the commit")
      ->check(WholeNumber())
      ->check(NotZero())
      ->type_name("N");
  auto* dry_run = command->add_flag("--dry-run", job->dry_run,
                                    "Check everything, write nothing; what memory does not hold\n"
                                    "goes to files without a name where TMPDIR says, else in\n"
                                    "/tmp; with --add-columns the table is copied to memory");
  command
      ->add_option("--rejects", job->rejects,
                   "Take the good records; write the bad ones here, as they are, and why to "
                   "FILE.reasons")
      ->excludes(dry_run)
      ->type_name("FILE");
  command->add_option("--max-errors", job->errors_max, "Tell so many errors of a run (default 100)")
      ->check(WholeNumber())
      ->type_name("N");
}

void AddImport(CLI::App& app, Context& context) {
  auto job = std::make_shared<ImportJob>();
  CLI::App* command = AddCommand(
      app, "import", "Take records into a table: JSON Lines, JSON (an array) or CSV",
      {"dbtool import data/university student more.jsonl",
       "dbtool import data/university artist artist.jsonl --create --primary-key ArtistId",
       "dbtool import data/university zip zip.csv --create --primary-key zip_code",
       "dbtool import data/university student more.jsonl --on-conflict replace --dry-run",
       "jq -c '.records[]' students.json | dbtool import data/university student - "
       "--on-conflict skip"});
  AddDirectory(command, &job->directory);
  AddTable(command, &job->table);
  command->add_option("FILE", job->file, "The file, or - for stdin")->required()->type_name("");
  AddImportFlags(command, job.get());
  command->callback(
      [&context, job] { context.action = [&context, job] { return job->Run(context); }; });
}

void AddExport(CLI::App& app, Context& context) {
  auto job = std::make_shared<ExportJob>();
  CLI::App* command =
      AddCommand(app, "export", "Write a table's records: JSON Lines, JSON or CSV",
                 {"dbtool export data/university student",
                  "dbtool export data/university student backup.jsonl",
                  "dbtool export data/university student backup.jsonl --yes",
                  "dbtool export data/university student - --format json",
                  "dbtool export data/university student students.csv",
                  "dbtool export data/university student in-git.jsonl --canonical"});
  AddDirectory(command, &job->directory);
  AddTable(command, &job->table);
  command->add_option("FILE", job->file, "The file; without, or with -, stdout")->type_name("");
  command
      ->add_option("--format", job->format,
                   "auto (csv for .csv and .tsv, else jsonl), jsonl, json\nor csv")
      ->check(OneOf({"auto", "jsonl", "json", "csv"}))
      ->type_name("FORMAT");
  AddCsvFlags(command, &job->csv);
  command->add_flag("--canonical", job->canonical,
                    "Sorted by primary key: equal tables give equal files, and `git diff`\n"
                    "shows the rows that changed; takes 24 bytes of memory a record");
  command->callback(
      [&context, job] { context.action = [&context, job] { return RunExport(context, *job); }; });
}

}  // namespace

void AddExchangeCommands(CLI::App& app, Context& context) {
  AddImport(app, context);
  AddExport(app, context);
}

}  // namespace linedb::dbtool
