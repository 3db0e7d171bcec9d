// repair.

#include <cstdint>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "CLI/App.hpp"
#include "engine/repair/damage_list.h"
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

std::string_view FateForPeople(Fate fate) {
  return fate == Fate::kPrevious ? "previous version kept" : engine::FateName(fate);
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

// Each as it stands in the rejects file.
ReportJson JsonOf(const std::vector<DamagedLine>& damage) {
  ReportJson lines = ReportJson::array();
  for (const DamagedLine& line : damage) {
    lines.push_back(ReportJson::parse(engine::FormatReject(line), nullptr,
                                      /*allow_exceptions=*/false));
  }
  return lines;
}

ReportJson JsonOf(const RepairCommand& command, const RepairReport& done,
                  const std::vector<DamagedLine>& damage) {
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
                     {"broken_references", done.broken_references},
                     {"rejects", TextOrNull(done.rejects)},
                     {"tables", std::move(tables)}};
  if (command.dry_run) json["damage"] = JsonOf(damage);
  return json;
}

// What there was none of is not told.
std::vector<std::pair<std::string, std::string>> PairsOf(const RepairCommand& command,
                                                         const RepairReport& done) {
  std::vector<std::pair<std::string, std::string>> pairs = {
      {command.dry_run ? "would repair" : "repaired", command.target},
      {"records", WithThousands(done.records)}};
  const auto add = [&pairs](const char* name, std::uint64_t count, const char* noun,
                            const char* nouns, const char* what) {
    if (count > 0) pairs.emplace_back(name, Counted(count, noun, nouns) + what);
  };
  add("recovered", done.recovered, "damaged place", "damaged places", " made good");
  add("kept", done.kept, "line or file", "lines or files", " that nothing vouches for");
  add("previous", done.previous, "earlier version", "earlier versions",
      " kept in place of what is lost");
  add("lost", done.lost, "line", "lines", ", listed");
  add("not counted", done.not_counted, "line", "lines",
      " of the past, or of unfinished transactions");
  add("dangling", done.broken_references, "record", "records",
      " with a reference to what is lost; `dbtool verify` names them");
  if (pairs.size() == 2) pairs.emplace_back("damage", "none was found");
  return pairs;
}

void TellPeople(std::ostream& output, const RepairCommand& command, const RepairReport& done,
                const std::vector<DamagedLine>& damage) {
  for (const DamagedLine& line : damage) {
    output << line.file;
    if (line.line != 0) output << " line " << line.line << " byte " << line.byte;
    output << ": " << line.reason << " [" << FateForPeople(line.fate);
    if (!line.source.empty()) output << ", from " << line.source;
    output << "]\n";
  }
  PrintPairs(output, PairsOf(command, done));
  for (const RepairedTable& table : done.tables) {
    if (table.recovered + table.previous + table.lost == 0) continue;
    output << table.name << ": " << Counted(table.records, "record") << ", "
           << WithThousands(table.recovered) << " of them from elsewhere, "
           << WithThousands(table.lost) << " lost\n";
  }
  if (!done.rejects.empty()) output << "each of them is listed in " << done.rejects << '\n';
}

// What the damaged lines are kept for until it is known how the repair ends.
enum class Damage {
  kNotWanted,
  kForReport,  // of a dry run
  kForStdout,  // --rejects -
};

Damage DamageOf(const RepairCommand& command) {
  if (command.rejects == "-") return Damage::kForStdout;
  return command.dry_run ? Damage::kForReport : Damage::kNotWanted;
}

// `offered`: of how many lost records there is an earlier version.
absl::StatusOr<RepairReport> Repair(const Context& context, const RepairCommand& command,
                                    std::vector<DamagedLine>* damage, std::uint64_t* offered) {
  RepairOptions options;
  if (absl::Status read = ReadSchemas(command, &options); !read.ok()) return read;
  ProgressLine line(context);
  const Damage wanted = DamageOf(command);
  // For stdout the file in NEWDIR is enough: it stays, whatever becomes of a pipe.
  if (wanted != Damage::kForStdout) options.rejects = command.rejects;
  options.dry_run = command.dry_run;
  options.previous_versions =
      command.previous_versions == "keep" ? PreviousVersions::kKeep : PreviousVersions::kList;
  options.on_damage = [=](const DamagedLine& found) {
    *offered += found.fate == Fate::kLost && !found.record.empty() ? 1 : 0;
    if (wanted != Damage::kNotWanted) damage->push_back(found);
  };
  options.progress = [&line](std::uint64_t bytes, std::uint64_t total) {
    line.Show("reading", bytes, total);
    return !Interrupted();
  };
  return Database::Repair(command.directory, command.target, options);
}

// Stdout is the rejects'.
void TellBesideRejects(Context& context, const RepairCommand& command, const RepairReport& done,
                       const std::vector<DamagedLine>& damage) {
  for (const DamagedLine& line : damage) context.out << engine::FormatReject(line);
  if (!context.quiet) TellPeople(std::cerr, command, done, {});
}

int RunRepair(Context& context, const RepairCommand& command) {
  if (command.rejects == "-" && context.json) {
    return FailUsage(context, "--json and `--rejects -` both want stdout",
                     "leave out one of them; --dry-run --json lists the damage, too");
  }
  CatchInterrupts();
  std::vector<DamagedLine> damage;
  std::uint64_t offered = 0;
  const absl::StatusOr<RepairReport> done = Repair(context, command, &damage, &offered);
  if (!done.ok()) return FailMaking(context, {"repair", command.target}, done.status());
  if (DamageOf(command) == Damage::kForStdout) {
    TellBesideRejects(context, command, *done, damage);
  } else {
    PrintReport(context, JsonOf(command, *done, damage), "tables",
                [&](std::ostream& output) { TellPeople(output, command, *done, damage); });
  }
  if (!done->complete() && !done->rejects.empty()) {
    Note(context, "not all is as it was: see " + done->rejects);
  }
  if (offered > 0) {
    Note(context, "an earlier version is listed of " + Counted(offered, "lost record") +
                      "; --previous-versions keep takes it in the lost one's place");
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
                   "without, in NEWDIR/rejects.jsonl; with -, there and on stdout.\n"
                   "Nothing damaged: no file")
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
