// init, create, checkpoint.

#include <set>
#include <utility>

#include "CLI/App.hpp"
#include "absl/strings/match.h"
#include "engine/report_json.h"
#include "linedb/compact.h"
#include "tools/dbtool/arguments.h"
#include "tools/dbtool/column_spec.h"
#include "tools/dbtool/commands.h"
#include "tools/dbtool/errors.h"
#include "tools/dbtool/report.h"
#include "tools/dbtool/rule_options.h"
#include "tools/dbtool/schema_edit.h"
#include "tools/dbtool/schema_file.h"
#include "tools/dbtool/suggestions.h"

namespace linedb::dbtool {
namespace {

struct ChangeOptions {
  std::string directory;
  std::string table;
  std::vector<std::string> columns;
  std::string primary_key;
  SchemaEdit rules;  // of what has more columns than one
  std::string schema_file;
  bool dry_run = false;
};

int Init(Context& context, const ChangeOptions& options) {
  Options open;
  open.create = Create::kAlways;
  auto database = Database::Open(options.directory, open);
  if (!database.ok()) return Fail(context, database.status());
  const std::string id = (*database)->Stats().database;
  if (absl::Status closed = (*database)->Close(); !closed.ok()) return Fail(context, closed);
  Note(context, "created the database " + options.directory);
  if (context.json) {
    PrintReport(context, {{"directory", options.directory}, {"database", id}, {"created", true}},
                "", {});
  }
  return kExitOk;
}

absl::Status SetPrimaryKey(const std::string& names, TableSchema* schema) {
  std::set<std::string> seen;
  for (const std::string& name : SplitNames(names)) {
    if (!seen.insert(name).second) {
      return absl::InvalidArgumentError("--primary-key: the column " + name + " is named twice");
    }
    bool found = false;
    for (ColumnSchema& column : schema->columns) {
      if (column.name != name) continue;
      column.primary_key = true;
      found = true;
    }
    if (found) continue;
    return absl::InvalidArgumentError("--primary-key: there is no column " + name +
                                      DidYouMean(name, *schema));
  }
  return absl::OkStatus();
}

absl::StatusOr<TableSchema> SchemaFromColumns(const ChangeOptions& options) {
  TableSchema schema{.table_name = options.table, .columns = {}};
  for (const std::string& spec : options.columns) {
    absl::StatusOr<ColumnSchema> column = ParseColumnSpec(spec);
    if (!column.ok()) return column.status();
    schema.columns.push_back(*std::move(column));
  }
  if (!options.primary_key.empty()) {
    absl::Status keyed = SetPrimaryKey(options.primary_key, &schema);
    if (!keyed.ok()) return keyed;
  }
  return EditedSchema(schema, options.rules);
}

// Of a name that a table has, perhaps in letters of the other case.
std::string TakenNameHint(const Database& database, const std::string& name) {
  for (const std::string& taken : database.TableNames()) {
    if (absl::EqualsIgnoreCase(taken, name)) return "`dbtool alter DIR " + taken + "` changes it";
  }
  return "";
}

int Create(Context& context, const ChangeOptions& options) {
  if (options.columns.empty() == options.schema_file.empty()) {
    return FailUsage(context,
                     "create takes either --column (once for each column) or --schema FILE",
                     "--column 'id:int:primary_key' --column 'email:str:unique:nullable'");
  }
  const bool from_file = !options.schema_file.empty();
  absl::StatusOr<TableSchema> schema =
      from_file ? SchemaFromFile(context, options.schema_file, options.table)
                : SchemaFromColumns(options);
  if (schema.ok()) {
    if (absl::Status valid = ValidateTableSchema(*schema); !valid.ok()) schema = valid;
  }
  if (!schema.ok()) {
    const bool is_call = schema.status().code() == absl::StatusCode::kInvalidArgument;
    return is_call ? FailUsage(context, std::string(schema.status().message()))
                   : Fail(context, schema.status());
  }
  auto database = OpenDatabase(context, options.directory, Access::kReadWrite);
  if (!database.ok()) return FailOpen(context, database.status());
  absl::Status created = (*database)->CreateTable(*schema);
  if (created.ok()) created = (*database)->Close();
  if (!created.ok()) {
    const bool exists = absl::IsAlreadyExists(created);
    return Fail(context, created, exists ? TakenNameHint(**database, options.table) : "");
  }
  Note(context,
       "created the table " + options.table + " with " + Counted(schema->columns.size(), "column"));
  if (context.json) {
    PrintReport(context,
                {{"table", options.table}, {"columns", schema->columns.size()}, {"created", true}},
                "", {});
  }
  return kExitOk;
}

// The tables before and after, side by side.
ReportJson BeforeAndAfter(const Statistics& before, const Statistics& after) {
  ReportJson tables = ReportJson::array();
  for (std::size_t i = 0; i < before.tables.size() && i < after.tables.size(); ++i) {
    tables.push_back({{"table", before.tables[i].name},
                      {"lines_before", before.tables[i].lines},
                      {"lines_after", after.tables[i].lines},
                      {"bytes_before", before.tables[i].file_bytes},
                      {"bytes_after", after.tables[i].file_bytes}});
  }
  return tables;
}

// What a checkpoint would do, in the shape of what one has done; what is not known is null.
ReportJson PlanJson(const Statistics& now, const std::vector<CompactionPlan>& plans) {
  ReportJson compacted = ReportJson::array();
  ReportJson tables = ReportJson::array();
  std::uint64_t dropped = 0;
  for (const CompactionPlan& plan : plans) {
    if (plan.lines_after < plan.lines_before) compacted.push_back(plan.table);
    dropped += plan.lines_before - plan.lines_after;
    tables.push_back({{"table", plan.table},
                      {"lines_before", plan.lines_before},
                      {"lines_after", plan.lines_after},
                      {"bytes_before", plan.bytes_before},
                      {"bytes_after", plan.bytes_after}});
  }
  return {{"dry_run", true},
          {"needed", now.log_lines > 0 || dropped > 0},
          {"lsn", now.last_lsn},
          {"log_bytes_before", now.log_bytes},
          {"log_bytes_after", nullptr},
          {"archive", nullptr},
          {"tables_compacted", std::move(compacted)},
          {"lines_dropped", dropped},
          {"tables", std::move(tables)}};
}

void TellCheckpointTables(Context& context, const ReportJson& report) {
  context.out << '\n';
  PrintTable(context, report["tables"],
             {"table", "lines_before", "lines_after", "bytes_before", "bytes_after"});
}

int PlanOfCheckpoint(Context& context, const ChangeOptions& options) {
  auto database = OpenDatabase(context, options.directory, Access::kReadOnly);
  if (!database.ok()) return FailOpen(context, database.status());
  const Statistics now = (*database)->Stats();
  const absl::StatusOr<std::vector<CompactionPlan>> plans = PlanCheckpoint(**database);
  if (!plans.ok()) return Fail(context, plans.status());
  const ReportJson report = PlanJson(now, *plans);
  PrintReport(context, report, "tables", [&](std::ostream& output) {
    const bool needed = report["needed"].get<bool>();
    PrintPairs(
        output,
        {{"log", ByteText(now.log_bytes) + ", " + Counted(now.log_lines, "operation") +
                     " since the last checkpoint"},
         {"would", needed ? "archive this log and start a new one" : "do nothing"},
         {"would drop", Counted(report["lines_dropped"].get<std::uint64_t>(), "superseded line")}});
    TellCheckpointTables(context, report);
  });
  return kExitOk;
}

int Checkpoint(Context& context, const ChangeOptions& options) {
  if (options.dry_run) return PlanOfCheckpoint(context, options);
  auto database = OpenDatabase(context, options.directory, Access::kReadWrite);
  if (!database.ok()) return FailOpen(context, database.status());
  const Statistics before = (*database)->Stats();
  const absl::StatusOr<CheckpointReport> done = (*database)->Checkpoint();
  if (!done.ok()) return Fail(context, done.status());
  const Statistics after = (*database)->Stats();
  if (absl::Status closed = (*database)->Close(); !closed.ok()) return Fail(context, closed);
  ReportJson report = {{"dry_run", false}};
  report.update(engine::JsonOf(*done));
  report["tables"] = BeforeAndAfter(before, after);
  PrintReport(context, report, "tables", [&](std::ostream& output) {
    PrintPairs(output, {{"checkpoint", done->needed ? "at lsn " + std::to_string(done->lsn)
                                                    : "not needed: nothing has changed"},
                        {"log before", ByteText(done->log_bytes_before)},
                        {"log after", ByteText(done->log_bytes_after)},
                        {"archive", done->archive.empty() ? "none" : done->archive},
                        {"dropped", Counted(done->lines_dropped, "superseded line")}});
    TellCheckpointTables(context, report);
  });
  return kExitOk;
}

}  // namespace

void AddChangeCommands(CLI::App& app, Context& context) {
  auto options = std::make_shared<ChangeOptions>();

  CLI::App* init = AddCommand(app, "init", "Create a database; no other command does",
                              {"dbtool init data/shop", "dbtool init data/archive --json"});
  AddDirectory(init, &options->directory);
  init->callback(
      [&context, options] { context.action = [&, options] { return Init(context, *options); }; });

  CLI::App* create =
      AddCommand(app, "create", "Create a table",
                 {"dbtool create data/university course --column id:int:primary_key:nullable "
                  "--column title:str:unique --column credits:int:default=3",
                  "dbtool create data/university seat --column id:int:primary_key "
                  "--column course:int:references=course:on_delete=cascade",
                  "dbtool create data/university mark --column student:int --column course:int "
                  "--column mark:float:nullable --primary-key student,course --index course,mark",
                  "dbtool schema data/university student | "
                  "dbtool create data/university alumnus --schema -"});
  AddDirectory(create, &options->directory);
  AddTable(create, &options->table);
  create
      ->add_option("--column", options->columns,
                   "name:type[:primary_key][:unique][:nullable][:references=TABLE[.COLUMN]]\n"
                   "[:on_delete=restrict|cascade|set_null][:default=VALUE or :check=EXPRESSION],\n"
                   "once for each; types: int float bool str bytes timestamp date json.\n"
                   "id:int:primary_key:nullable is a key that is assigned where it is left out")
      ->allow_extra_args(false)
      ->type_name("SPEC");
  create->add_option("--primary-key", options->primary_key, "a,b: the primary key's columns")
      ->type_name("COLUMNS");
  AddRuleOptions(create, "--index", &options->rules);
  create->add_option("--schema", options->schema_file, "A schema file, or - for stdin")
      ->type_name("FILE");
  create->callback(
      [&context, options] { context.action = [&, options] { return Create(context, *options); }; });

  CLI::App* checkpoint = AddCommand(
      app, "checkpoint", "Start a new log, archive the old one, compact tables",
      {"dbtool checkpoint data/university --dry-run", "dbtool checkpoint data/university"});
  AddDirectory(checkpoint, &options->directory);
  checkpoint->add_flag("--dry-run", options->dry_run, "Say what it would do; write nothing");
  checkpoint->callback([&context, options] {
    context.action = [&, options] { return Checkpoint(context, *options); };
  });
}

}  // namespace linedb::dbtool
