// alter.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "CLI/App.hpp"
#include "linedb/evolution.h"
#include "linedb/migrate.h"
#include "tools/dbtool/arguments.h"
#include "tools/dbtool/commands.h"
#include "tools/dbtool/errors.h"
#include "tools/dbtool/memory_copy.h"
#include "tools/dbtool/report.h"
#include "tools/dbtool/rule_options.h"
#include "tools/dbtool/schema_edit.h"
#include "tools/dbtool/schema_file.h"
#include "wal/file_names.h"

namespace linedb::dbtool {
namespace {

struct AlterCommand {
  std::string directory;
  std::string table;
  std::string schema_file;
  SchemaEdit edit;
  bool allow_drop = false;
  bool allow_narrow = false;
  bool allow_constrain = false;
  bool dry_run = false;
  std::size_t max_errors = 100;
};

std::string ClassName(StepClass step_class) {
  switch (step_class) {
    case StepClass::kFree:
      return "free";
    case StepClass::kAsked:
      return "asked";
    case StepClass::kRefused:
      return "refused";
  }
  return "";
}

ReportJson JsonOf(const AlterCommand& command, const MigrateReport& report) {
  ReportJson steps = ReportJson::array();
  for (const EvolutionStep& step : report.plan.steps) {
    steps.push_back({{"change", StepKindName(step.kind)},
                     {"of", step.subject},
                     {"does", step.sentence},
                     {"class", ClassName(step.step_class)},
                     {"permission", step.permission == Permission::kNone
                                        ? ReportJson(nullptr)
                                        : ReportJson(PermissionName(step.permission))},
                     {"rewrites", step.rewrites}});
  }
  ReportJson violations = ReportJson::array();
  for (const MigrateViolation& violation : report.violations) {
    violations.push_back({{"file", wal::ShortRecordsName(violation.table)},
                          {"line", violation.line},
                          {"key", violation.key},
                          {"column", violation.column},
                          {"reason", violation.reason}});
  }
  return {{"table", command.table},
          {"dry_run", command.dry_run},
          {"altered", report.migrated},
          {"rewrites", report.rewrote},
          {"records", report.records},
          {"version_before", report.version_before},
          {"version_after", report.version_after},
          {"steps", steps},
          {"violations", violations},
          {"violations_total", report.violations_total}};
}

// "drop column gpa and its values  (--allow-drop)"
std::string StepText(const EvolutionStep& step) {
  if (step.step_class != StepClass::kAsked) return step.sentence;
  return step.sentence + "  (--allow-" + std::string(PermissionName(step.permission)) + ")";
}

// Each on a line of its own, below what is said before.
std::string StepsText(const EvolutionPlan& plan) {
  std::string text;
  for (const EvolutionStep& step : plan.steps) text += "\n  " + StepText(step);
  return text;
}

void Tell(Context& context, const AlterCommand& command, const MigrateReport& report) {
  PrintReport(context, JsonOf(command, report), "steps", [&](std::ostream& output) {
    for (const EvolutionStep& step : report.plan.steps) output << StepText(step) << '\n';
    for (const MigrateViolation& violation : report.violations) {
      output << violation.ToText() << '\n';
    }
  });
}

int TellOutcome(Context& context, const AlterCommand& command, const MigrateReport& report) {
  Tell(context, command, report);
  if (report.violations_total > 0) {
    Note(context, Counted(report.violations_total, "violation") + " in " +
                      Counted(report.records, "record") + "; nothing was changed");
    return kExitConstraint;
  }
  if (report.plan.empty()) {
    Note(context, "the table is so already: nothing was changed");
  } else if (command.dry_run) {
    Note(context,
         std::string("would ") +
             (report.rewrote ? "write the records anew" : "leave the records as they are") +
             "; nothing was changed");
  } else {
    Note(context, "altered the table " + command.table + ", " + Counted(report.records, "record") +
                      (report.rewrote ? ", written anew" : ", left as they were"));
  }
  return kExitOk;
}

MigrateOptions OptionsOf(const AlterCommand& command) {
  MigrateOptions options;
  if (command.allow_drop) options.permit.push_back(Permission::kDrop);
  if (command.allow_narrow) options.permit.push_back(Permission::kNarrow);
  if (command.allow_constrain) options.permit.push_back(Permission::kConstrain);
  options.mode = command.dry_run ? MigrateMode::kDryRun : MigrateMode::kApply;
  options.violations_max = command.max_errors;
  return options;
}

absl::StatusOr<TableSchema> WantedSchema(const Context& context, const AlterCommand& command,
                                         const TableSchema& stored) {
  if (command.schema_file.empty()) return EditedSchema(stored, command.edit);
  absl::StatusOr<TableSchema> wanted = SchemaFromFile(context, command.schema_file, command.table);
  if (wanted.ok() && wanted->version <= stored.version) wanted->version = 1;  // is counted on
  return wanted;
}

// "--allow-drop --allow-constrain" of what is needed and was not given; empty: nothing.
std::string MissingFlags(const EvolutionPlan& plan, const MigrateOptions& options) {
  std::string flags;
  for (const Permission each : {Permission::kDrop, Permission::kNarrow, Permission::kConstrain}) {
    bool given = false;
    for (const Permission permitted : options.permit) given = given || permitted == each;
    if (given || !plan.needs(each)) continue;
    flags += (flags.empty() ? "--allow-" : " --allow-") + std::string(PermissionName(each));
  }
  return flags;
}

// What the records have no part in, such as the key that a new reference needs: nobody is asked for
// leave to do what cannot be done.
absl::Status TryOutWithoutRecords(const Database& database, TableSchema wanted) {
  const auto tables = CopySchemas(database);
  if (!tables.ok()) return tables.status();
  wanted.version = 1;  // is counted on
  return Migrate(**tables, wanted,
                 {.permit = {Permission::kDrop, Permission::kNarrow, Permission::kConstrain},
                  .mode = MigrateMode::kApply})
      .status();
}

int RunAlter(Context& context, const AlterCommand& command) {
  if (command.schema_file.empty() == command.edit.empty()) {
    return FailUsage(context, "alter takes either changes or --schema FILE",
                     "--add-column 'phone:str:nullable'");
  }
  auto database = OpenDatabase(context, command.directory,
                               command.dry_run ? Access::kReadOnly : Access::kReadWrite);
  if (!database.ok()) return FailOpen(context, database.status());
  absl::StatusOr<TableSchema> stored = (*database)->Schema(command.table);
  if (!stored.ok()) return Fail(context, stored.status());
  absl::StatusOr<TableSchema> wanted = WantedSchema(context, command, *stored);
  absl::Status possible = wanted.ok() ? ValidateTableSchema(*wanted) : wanted.status();
  MigrateOptions options = OptionsOf(command);
  if (possible.ok()) {
    const EvolutionPlan plan = PlanEvolution(*stored, *wanted);
    possible = plan.CheckPossible(command.table);
    const std::string flags = MissingFlags(plan, options);
    if (possible.ok() && !flags.empty()) possible = TryOutWithoutRecords(**database, *wanted);
    if (possible.ok() && !command.dry_run && !flags.empty()) {
      const std::string asked = "this has to be allowed:" + StepsText(plan);
      if (!Confirmed(context, "Of the table " + command.table + ", " + asked + "\nGo on?")) {
        return FailUsage(context, "nothing was changed, for " + asked,
                         flags + ", or --yes, allows it; --dry-run tells of every record");
      }
      options.permit = {Permission::kDrop, Permission::kNarrow, Permission::kConstrain};
    }
  }
  if (absl::IsInvalidArgument(possible)) {
    return FailUsage(context, std::string(possible.message()));
  }
  if (!possible.ok()) return Fail(context, possible);
  absl::StatusOr<MigrateReport> report = Migrate(**database, *wanted, options);
  absl::Status done = report.status();
  if (done.ok()) done = (*database)->Close();
  if (absl::IsInvalidArgument(done)) return FailUsage(context, std::string(done.message()));
  if (!done.ok()) return Fail(context, done);
  return TellOutcome(context, command, *report);
}

void AddColumnOptions(CLI::App* command, SchemaEdit* edit) {
  AddRepeated(command, "--add-column", &edit->add_columns,
              "As create's --column; repeatable, as all of these. Existing records get\n"
              "the default, or null",
              "SPEC");
  AddRepeated(command, "--drop-column", &edit->drop_columns, "With its values", "NAME");
  AddRepeated(command, "--rename-column", &edit->rename_columns,
              "The other options name it by its new name", "OLD NEW");
  AddRepeated(command, "--type", &edit->types, "Widen a type, or narrow it if every value fits",
              "NAME TYPE");
  AddRepeated(command, "--nullable", &edit->nullable, "Allow null", "NAME");
  AddRepeated(command, "--not-null", &edit->not_null, "Forbid it", "NAME");
  AddRepeated(command, "--default", &edit->defaults, "Of records that leave the column out",
              "NAME VALUE");
  AddRepeated(command, "--drop-default", &edit->drop_defaults, "Take it away", "NAME");
}

void AddDropOptions(CLI::App* command, SchemaEdit* edit) {
  AddRepeated(command, "--drop-unique", &edit->drop_unique, "a,b", "COLUMNS");
  AddRepeated(command, "--drop-index", &edit->drop_indexes, "a,b", "COLUMNS");
  AddRepeated(command, "--drop-check", &edit->drop_checks, "In any spelling", "EXPRESSION");
  AddRepeated(command, "--drop-reference", &edit->drop_references, "a,b: its columns", "COLUMNS");
  command->add_flag("--no-expiry", edit->no_expiry, "Records expire no more");
}

}  // namespace

void AddAlterCommand(CLI::App& app, Context& context) {
  auto alter = std::make_shared<AlterCommand>();
  CLI::App* command = AddCommand(
      app, "alter", "Change a table's schema, and its records with it",
      {"dbtool alter data/university student --add-column phone:str:nullable --dry-run",
       "dbtool alter data/university student --add-column level:int:default=1 --add-index level",
       "dbtool alter data/university student --rename-column level year --type year str "
       "--drop-default year",
       "dbtool alter data/university student --drop-index year --drop-column year --allow-drop",
       "dbtool schema data/university student | "
       "dbtool alter data/university student --schema - --dry-run"});
  AddDirectory(command, &alter->directory);
  AddTable(command, &alter->table);
  AddColumnOptions(command, &alter->edit);
  AddRuleOptions(command, "--add-index", &alter->edit);
  AddDropOptions(command, &alter->edit);
  command->add_option("--schema", alter->schema_file, "What it is to become, or - for stdin")
      ->type_name("FILE");
  command->add_flag("--allow-drop", alter->allow_drop, "Values may go");
  command->add_flag("--allow-narrow", alter->allow_narrow, "Types may be narrowed");
  command->add_flag("--allow-constrain", alter->allow_constrain,
                    "Records may be held to what they were not held to");
  command->add_flag("--dry-run", alter->dry_run,
                    "Print the plan and every record that does not fit; write nothing");
  command->add_option("--max-errors", alter->max_errors, "List so many of them (default 100)")
      ->check(WholeNumber())
      ->type_name("N");
  command->callback(
      [&context, alter] { context.action = [&, alter] { return RunAlter(context, *alter); }; });
}

}  // namespace linedb::dbtool
