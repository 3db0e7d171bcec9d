// dump, load.

#include <iostream>
#include <memory>
#include <string>

#include "CLI/App.hpp"
#include "linedb/dump.h"
#include "tools/dbtool/arguments.h"
#include "tools/dbtool/commands.h"
#include "tools/dbtool/errors.h"
#include "tools/dbtool/export_file.h"
#include "tools/dbtool/import_rejects.h"
#include "tools/dbtool/input_file.h"
#include "tools/dbtool/process.h"
#include "tools/dbtool/progress_line.h"
#include "tools/dbtool/report.h"

namespace linedb::dbtool {
namespace {

struct DumpCommand {
  std::string directory;
  std::string file = "-";
};

struct LoadCommand {
  std::string directory;
  std::string file;
  std::uint64_t errors_max = 100;
};

int RunDump(Context& context, const DumpCommand& command) {
  const bool to_stdout = command.file == "-";
  if (!to_stdout && IsInside(command.file, command.directory)) {
    return FailUsage(context, command.file + " is inside the database " + command.directory,
                     "dump to a file outside it");
  }
  auto database = OpenDatabase(context, command.directory, Access::kReadOnly);
  if (!database.ok()) return FailOpen(context, database.status());
  absl::StatusOr<DumpReport> done = DumpReport{};
  const int exit_code = WriteNamed(context, command.file, [&](std::ostream& output) {
    ProgressLine line(context);
    DumpOptions options;
    options.progress = [&line](const std::string& step, std::uint64_t records,
                               std::uint64_t total) {
      line.Show("dumping " + step, records, total);
      return !Interrupted();
    };
    done = (*database)->Dump(output, options);
    return done.status();
  });
  if (exit_code != kExitOk || !done.ok()) return exit_code;
  if (to_stdout) {
    Note(context, "dumped " + Counted(done->tables, "table") + " with " +
                      Counted(done->records, "record") + " at lsn " + std::to_string(done->lsn));
    return kExitOk;
  }
  const ReportJson report = {
      {"directory", command.directory}, {"file", command.file},     {"lsn", done->lsn},
      {"tables", done->tables},         {"records", done->records}, {"bytes", done->bytes}};
  PrintReport(context, report, "", [&](std::ostream& output) {
    PrintPairs(output, {{"dumped", command.directory + " to " + command.file},
                        {"state", "lsn " + std::to_string(done->lsn)},
                        {"tables", WithThousands(done->tables)},
                        {"records", WithThousands(done->records)},
                        {"size", ByteText(done->bytes)}});
  });
  return kExitOk;
}

int TellLoad(Context& context, const LoadCommand& command, const LoadReport& done) {
  ReportJson problems = ReportJson::array();
  for (const ImportProblem& problem : done.problems) problems.push_back(ProblemJson(problem));
  const ReportJson report = {
      {"directory", command.directory}, {"database", done.database}, {"lsn", done.lsn},
      {"tables", done.tables},          {"records", done.records},   {"loaded", done.loaded},
      {"problems", std::move(problems)}};
  if (context.json || done.loaded) {
    PrintReport(context, report, "problems", [&](std::ostream& output) {
      PrintPairs(output, {{"loaded", command.directory},
                          {"state", "lsn " + std::to_string(done.lsn)},
                          {"tables", WithThousands(done.tables)},
                          {"records", WithThousands(done.records)}});
    });
    return ExitCodeOf(done.problems);
  }
  for (const ImportProblem& problem : done.problems) std::cerr << problem.ToString() << '\n';
  Note(context, Counted(done.problems.size(), "problem") +
                    (done.problems.size() >= command.errors_max
                         ? " (--max-errors): the rest was not looked at"
                         : "") +
                    "; nothing was made in " + command.directory);
  return ExitCodeOf(done.problems);
}

int RunLoad(Context& context, const LoadCommand& command) {
  CatchInterrupts();
  auto input = InputFile::Open(command.file);
  if (!input.ok()) return Fail(context, input.status());
  absl::StatusOr<LoadReport> done;
  {
    ProgressLine line(context);
    LoadOptions options;
    options.source_name = (*input)->name();
    options.problems_max = command.errors_max;
    options.progress = [&](std::uint64_t bytes) {
      const std::uint64_t total = (*input)->bytes();
      if (total > 0) line.Show("loading", bytes, total);
      return !Interrupted() && (*input)->status().ok();
    };
    done = Database::Load(command.directory, (*input)->stream(), options);
  }
  if (done.ok()) return TellLoad(context, command, *done);
  const std::string remains = "nothing was made in " + command.directory;
  if (Interrupted()) {
    Fail(context, absl::CancelledError("the load was interrupted"), remains);
    return kExitInterrupted;
  }
  // Reading stopped: why is better told by the file.
  if (absl::Status read = (*input)->status(); !read.ok()) return Fail(context, read, remains);
  // A name may be taken within the dump, too.
  const bool is_of_dump = done.status().message().find((*input)->name() + ":") == 0;
  if ((absl::IsAlreadyExists(done.status()) && !is_of_dump) || absl::IsUnavailable(done.status())) {
    return FailMaking(context, {"load", command.directory}, done.status());
  }
  const int exit_code = Fail(context, done.status(), remains);
  return absl::IsInvalidArgument(done.status()) ? kExitProblems : exit_code;
}

void AddLoad(CLI::App& app, Context& context) {
  auto load = std::make_shared<LoadCommand>();
  CLI::App* command =
      AddCommand(app, "load", "Make a new database of a dump",
                 {"dbtool dump data/university -o university.dump --yes",
                  "dbtool load copies/university university.dump",
                  "dbtool dump data/university | dbtool load copies/piped - --json"});
  command->add_option("DIR", load->directory, "A new or empty directory")
      ->required()
      ->type_name("");
  command->add_option("FILE", load->file, "The dump, or - for stdin")->required()->type_name("");
  command
      ->add_option("--max-errors", load->errors_max,
                   "Errors told; with so many, the rest is not looked at")
      ->check(WholeNumber())
      ->check(CLI::Validator(
          [](std::string& word) {
            return word.find_first_not_of('0') != word.npos ? std::string() : "1 is the least";
          },
          ""))
      ->type_name("N");
  command->callback(
      [&context, load] { context.action = [&, load] { return RunLoad(context, *load); }; });
}

}  // namespace

void AddDumpCommands(CLI::App& app, Context& context) {
  auto dump = std::make_shared<DumpCommand>();
  CLI::App* command = AddCommand(
      app, "dump", "Write a whole database as one text stream, also while it is written to",
      {"dbtool dump data/university", "dbtool dump data/university -o university.dump",
       "dbtool dump data/university -q | zstd -q > university.dump.zst"});
  AddDirectory(command, &dump->directory);
  command->add_option("-o,--output", dump->file, "The file; without, or with -, stdout")
      ->type_name("FILE");
  command->callback(
      [&context, dump] { context.action = [&, dump] { return RunDump(context, *dump); }; });
  AddLoad(app, context);
}

}  // namespace linedb::dbtool
