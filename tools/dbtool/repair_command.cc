// repair.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "CLI/App.hpp"
#include "linedb/repair.h"
#include "schema/schema_document.h"
#include "tools/dbtool/arguments.h"
#include "tools/dbtool/commands.h"
#include "tools/dbtool/errors.h"
#include "tools/dbtool/input_file.h"
#include "tools/dbtool/process.h"
#include "tools/dbtool/progress_line.h"
#include "tools/dbtool/report.h"

namespace linedb::dbtool {
namespace {

struct RepairCommand {
  std::string directory;
  std::string target;
  std::string rejects;
  std::string previous_versions = "list";
  std::vector<std::string> schemas;
  bool dry_run = false;
};

std::string_view FateName(Fate fate) {
  switch (fate) {
    case Fate::kRecovered:
      return "recovered";
    case Fate::kKept:
      return "kept";
    case Fate::kPrevious:
      return "previous version kept";
    case Fate::kLost:
      return "lost";
    case Fate::kNotCounted:
      break;
  }
  return "not counted";
}

absl::Status ReadSchemas(const RepairCommand& command, RepairOptions* options) {
  for (const std::string& file : command.schemas) {
    absl::StatusOr<std::string> text = ReadSmallFile(file);
    if (!text.ok()) return text.status();
    absl::StatusOr<schema::SchemaDocument> document = schema::ParseSchemaDocument(*text);
    if (!document.ok()) {
      return absl::InvalidArgumentError(file + ": " + std::string(document.status().message()));
    }
    options->schemas.push_back(std::move(document->schema));
  }
  return absl::OkStatus();
}

ReportJson TextOrNull(const std::string& text) {
  return text.empty() ? ReportJson(nullptr) : ReportJson(text);
}

ReportJson JsonOf(const DamagedLine& line) {
  return {{"file", line.file},
          {"line", line.line},
          {"byte", line.byte},
          {"table", TextOrNull(line.table)},
          {"key", TextOrNull(line.key)},
          {"reason", line.reason},
          {"fate", FateName(line.fate)},
          {"record", TextOrNull(line.record)},
          {"source", TextOrNull(line.source)}};
}

ReportJson JsonOf(const RepairCommand& command, const RepairReport& done,
                  const ReportJson& damage) {
  ReportJson tables = ReportJson::array();
  for (const RepairedTable& table : done.tables) {
    tables.push_back({{"table", table.name},
                      {"records", table.records},
                      {"recovered", table.recovered},
                      {"previous", table.previous},
                      {"lost", table.lost}});
  }
  ReportJson json = {{"directory", command.directory},
                     {"target", command.target},
                     {"dry_run", command.dry_run},
                     {"complete", done.complete()},
                     {"database", TextOrNull(done.database)},
                     {"lsn", done.lsn},
                     {"records", done.records},
                     {"lines_recovered", done.recovered},
                     {"lines_kept", done.kept},
                     {"lines_previous", done.previous},
                     {"lines_lost", done.lost},
                     {"lines_not_counted", done.not_counted},
                     {"rejects", TextOrNull(done.rejects)},
                     {"tables", std::move(tables)}};
  if (command.dry_run) json["damage"] = damage;
  return json;
}

void TellPeople(std::ostream& output, const RepairCommand& command, const RepairReport& done,
                const ReportJson& damage) {
  for (const ReportJson& line : damage) {
    output << line["file"].get<std::string>();
    if (line["line"] != 0) {
      output << " line " << line["line"] << " byte " << line["byte"];
    }
    output << ": " << line["reason"].get<std::string>() << " [" << line["fate"].get<std::string>();
    if (line["source"].is_string()) output << ", from " << line["source"].get<std::string>();
    output << "]\n";
  }
  PrintPairs(output, {{command.dry_run ? "would repair" : "repaired", command.target},
                      {"records", WithThousands(done.records)},
                      {"recovered", Counted(done.recovered, "damage") + " made good"},
                      {"kept", Counted(done.kept, "line") + ", or files, that nothing vouches for"},
                      {"previous", Counted(done.previous, "earlier version") + " kept"},
                      {"lost", Counted(done.lost, "line") + ", listed"},
                      {"not counted", Counted(done.not_counted, "line") +
                                          " of the past, or of unfinished transactions"}});
  for (const RepairedTable& table : done.tables) {
    if (table.recovered + table.previous + table.lost == 0) continue;
    output << table.name << ": " << Counted(table.records, "record") << ", "
           << WithThousands(table.recovered) << " of them from elsewhere, "
           << WithThousands(table.lost) << " lost\n";
  }
  if (!done.rejects.empty()) output << "each of them is listed in " << done.rejects << '\n';
}

int RunRepair(Context& context, const RepairCommand& command) {
  CatchInterrupts();
  RepairOptions options;
  ReportJson damage = ReportJson::array();
  absl::StatusOr<RepairReport> done = RepairReport();
  if (absl::Status read = ReadSchemas(command, &options); !read.ok()) {
    done = read;
  } else {
    ProgressLine line(context);
    options.rejects = command.rejects;
    options.dry_run = command.dry_run;
    options.previous_versions =
        command.previous_versions == "keep" ? PreviousVersions::kKeep : PreviousVersions::kList;
    if (command.dry_run) {
      options.on_damage = [&damage](const DamagedLine& found) { damage.push_back(JsonOf(found)); };
    }
    options.progress = [&line](std::uint64_t bytes, std::uint64_t total) {
      line.Show("reading", bytes, total);
      return !Interrupted();
    };
    done = Database::Repair(command.directory, command.target, options);
  }
  if (done.status().code() == absl::StatusCode::kInvalidArgument) {
    return FailUsage(context, std::string(done.status().message()));
  }
  if (!done.ok()) return Fail(context, done.status());
  PrintReport(context, JsonOf(command, *done, damage), "tables",
              [&](std::ostream& output) { TellPeople(output, command, *done, damage); });
  if (!done->complete() && !done->rejects.empty()) {
    Note(context, "not all is as it was: see " + done->rejects);
  }
  return done->complete() ? kExitOk : kExitProblems;
}

}  // namespace

void AddRepairCommand(CLI::App& app, Context& context) {
  auto repair = std::make_shared<RepairCommand>();
  CLI::App* command =
      AddCommand(app, "repair", "Make a new database of all that a damaged one still has",
                 {"dbtool repair data/university --to mended/plan --dry-run",
                  "dbtool repair data/university --to mended/university",
                  "dbtool repair data/university --to mended/kept --previous-versions keep --json",
                  "dbtool repair data/university --to mended/listed --rejects lost.jsonl"});
  AddDirectory(command, &repair->directory);
  command
      ->add_option("--to", repair->target,
                   "A new or empty directory; DIR itself is left as it is, byte for byte")
      ->required()
      ->type_name("NEWDIR");
  command
      ->add_option("--rejects", repair->rejects,
                   "List each damaged line here, with its bytes and what became of it;\n"
                   "without, in NEWDIR/rejects.jsonl. Nothing damaged: no file")
      ->type_name("FILE");
  command
      ->add_option("--previous-versions", repair->previous_versions,
                   "Of a record that is lost, but of which an earlier version is found:\n"
                   "list that beside it (then nothing in NEWDIR is out of date), or keep it")
      ->type_name("list|keep")
      ->check(OneOf({"list", "keep"}));
  command
      ->add_option("--schema", repair->schemas,
                   "Read the table that this schema file names by it; may be repeated")
      ->type_name("FILE")
      ->allow_extra_args(false);
  command->add_flag("--dry-run", repair->dry_run, "List what is damaged, write nothing");
  command->callback(
      [&context, repair] { context.action = [&, repair] { return RunRepair(context, *repair); }; });
}

}  // namespace linedb::dbtool
