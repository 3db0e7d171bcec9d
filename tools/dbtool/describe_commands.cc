// inspect, schema, stats: what a database is and holds.

#include <algorithm>
#include <utility>

#include "CLI/App.hpp"
#include "absl/strings/str_join.h"
#include "engine/lock_note.h"
#include "engine/report_json.h"
#include "schema/schema_document.h"
#include "tools/dbtool/arguments.h"
#include "tools/dbtool/column_spec.h"
#include "tools/dbtool/commands.h"
#include "tools/dbtool/cpp_struct.h"
#include "tools/dbtool/errors.h"
#include "tools/dbtool/json_schema.h"
#include "tools/dbtool/report.h"
#include "wal/file_names.h"
#include "wal/file_system.h"
#include "wal/wal_format.h"

namespace linedb::dbtool {
namespace {

struct DescribeOptions {
  std::string directory;
  std::string table;
  bool json_schema = false;
  bool cpp = false;
};

ReportJson TableJson(const TableStatistics& table) {
  return {{"table", table.name},       {"records", table.records},
          {"lines", table.lines},      {"lines_superseded", table.lines_superseded},
          {"bytes", table.file_bytes}, {"index_bytes", table.index_bytes},
          {"next_id", table.next_id}};
}

ReportJson TablesJson(const Statistics& statistics) {
  ReportJson tables = ReportJson::array();
  for (const TableStatistics& table : statistics.tables) tables.push_back(TableJson(table));
  return tables;
}

ReportJson LogJson(const Statistics& statistics) {
  return {{"bytes", statistics.log_bytes},
          {"operations", statistics.log_lines},
          {"last_lsn", statistics.last_lsn},
          {"checkpoint_lsn", statistics.checkpoint_lsn},
          {"checkpoint_time", statistics.checkpoint_time},
          {"epoch", statistics.epoch}};
}

bool IsWrittenTo(const Database& database) {
  const wal::DatabasePaths paths(database.directory());
  return engine::WriterStateOf(wal::PosixFileSystem(), paths) == engine::WriterState::kAlive;
}

// Bytes that a writer who lives is about to add are no torn tail.
std::uint64_t TornBytes(const Database& database) {
  return IsWrittenTo(database) ? 0 : database.open_report().torn_bytes;
}

bool NeedsReplay(const Database& database) {
  const OpenReport& report = database.open_report();
  if (report.original_format) return report.operations_replayed > 0;
  return report.recovered || TornBytes(database) > 0;
}

ReportJson ReplayJson(const Database& database) {
  const OpenReport& report = database.open_report();
  return {{"needed", NeedsReplay(database)},
          {"transactions", report.transactions_replayed},
          {"operations", report.operations_replayed},
          {"torn_bytes", report.torn_bytes},
          {"notes", report.notes}};
}

// The newest that one of its schema files has.
int SchemaFormat(const Database& database) {
  int newest = 1;
  for (const std::string& name : database.TableNames()) {
    const absl::StatusOr<TableSchema> schema = database.Schema(name);
    if (schema.ok()) newest = std::max(newest, schema::SchemaFormatOf(*schema));
  }
  return newest;
}

ReportJson DatabaseJson(const Database& database) {
  const Statistics statistics = database.Stats();
  const bool original = database.open_report().original_format;
  return {{"directory", statistics.directory},
          {"database", statistics.database},
          {"schema_format", original ? 0 : SchemaFormat(database)},
          {"log_version", original ? 0 : wal::kLogVersion},
          {"original_format", original},
          {"log", LogJson(statistics)},
          {"replay", ReplayJson(database)},
          {"archives", {{"count", statistics.archive_count}, {"bytes", statistics.archive_bytes}}},
          {"tables", TablesJson(statistics)}};
}

std::string ReplayText(const Database& database) {
  const OpenReport& report = database.open_report();
  if (report.original_format) {
    return Counted(report.operations_replayed, "operation") +
           " of the original's log: applied on reading, converted by the next command that writes";
  }
  const std::uint64_t torn_bytes = TornBytes(database);
  if (!report.recovered) {
    if (IsWrittenTo(database)) return "nothing: a process has it open for writing";
    if (torn_bytes == 0) return "nothing: it was closed properly";
    return "nothing, but it did not stay as it was closed: " + Counted(torn_bytes, "byte") +
           " behind the last transaction, kept beside the log by the next command that writes";
  }
  return Counted(report.operations_replayed, "operation") + " of " +
         Counted(report.transactions_replayed, "transaction") +
         (torn_bytes > 0 ? ", without " + Counted(torn_bytes, "torn byte") : "") +
         ", by the next command that writes";
}

std::string CheckpointText(const Statistics& statistics) {
  if (statistics.checkpoint_lsn == 0) return "none yet";
  return statistics.checkpoint_time + " at lsn " + std::to_string(statistics.checkpoint_lsn);
}

void TellDatabase(Context& context, const Database& database, const ReportJson& report) {
  const Statistics statistics = database.Stats();
  const OpenReport& opened = database.open_report();
  std::vector<std::pair<std::string, std::string>> pairs = {
      {"database", statistics.directory},
      {"id", statistics.database},
      {"format", opened.original_format ? "the Python original's"
                                        : "schema " + std::to_string(SchemaFormat(database)) +
                                              ", log " + std::to_string(wal::kLogVersion)},
      {"log", ByteText(statistics.log_bytes) + ", " + Counted(statistics.log_lines, "operation") +
                  ", last lsn " + std::to_string(statistics.last_lsn)},
      {"to be replayed", ReplayText(database)},
      {"last checkpoint", CheckpointText(statistics)},
      {"archives", statistics.archive_count == 0 ? "none"
                                                 : Counted(statistics.archive_count, "log") + ", " +
                                                       ByteText(statistics.archive_bytes)}};
  PrintPairs(context.out, pairs);
  context.out << '\n';
  if (statistics.tables.empty()) {
    context.out << "no tables yet\n";
    return;
  }
  PrintTable(context, report["tables"],
             {"table", "records", "lines", "lines_superseded", "bytes", "index_bytes"});
}

ReportJson ColumnsJson(const TableSchema& schema) {
  ReportJson columns = ReportJson::array();
  for (const ColumnSchema& column : schema.columns) {
    columns.push_back({{"column", column.name},
                       {"type", std::string(TypeName(column.type))},
                       {"primary_key", column.primary_key},
                       {"unique", column.unique},
                       {"nullable", column.nullable},
                       {"default", column.default_json.has_value()
                                       ? ReportJson::parse(*column.default_json, nullptr, false)
                                       : ReportJson()}});
    if (!column.check.empty()) columns.back()["check"] = column.check;
  }
  return columns;
}

ReportJson ReferencesJson(const TableSchema& schema) {
  ReportJson references = ReportJson::array();
  for (const ReferenceSchema& reference : AllReferences(schema)) {
    references.push_back({{"columns", reference.columns},
                          {"table", reference.table},
                          {"key", reference.key},
                          {"on_delete", std::string(OnDeleteName(reference.on_delete))}});
  }
  return references;
}

ReportJson IndexesJson(const TableStatistics& table, const TableSchema& schema) {
  ReportJson indexes = ReportJson::array();
  for (const IndexStatistics& index : table.indexes) {
    const bool unique =
        std::any_of(schema.indexes.begin(), schema.indexes.end(), [&](const auto& known) {
          return known.unique && absl::StrJoin(known.columns, ",") == index.name;
        });
    indexes.push_back({{"index", index.name},
                       {"unique", unique},
                       {"entries", index.entries},
                       {"index_bytes", index.index_bytes},
                       {"index_file_bytes", index.index_file_bytes}});
  }
  return indexes;
}

// How many of a table's records have expired and are not deleted yet. Nobody writes meanwhile: what
// this handle reads is one moment of the database.
absl::StatusOr<std::uint64_t> CountExpired(Database& database, const TableStatistics& table) {
  const absl::StatusOr<engine::TableCore> core = database.OpenCore(table.name);
  if (!core.ok()) return core.status();
  const absl::StatusOr<ReadTransaction> snapshot = database.BeginRead();
  if (!snapshot.ok()) return snapshot.status();
  const absl::StatusOr<std::uint64_t> seen = core->record_count(*snapshot);
  if (!seen.ok()) return seen.status();
  return table.records - *seen;
}

// What holds a whole table's records to something, a line each.
void AppendRules(const TableSchema& schema,
                 std::vector<std::pair<std::string, std::string>>* pairs) {
  for (const std::vector<std::string>& key : schema.unique_keys) {
    pairs->emplace_back("unique", absl::StrJoin(key, ", "));
  }
  for (const std::string& check : schema.checks) pairs->emplace_back("check", check);
  for (const ReferenceSchema& reference : schema.references) {
    const std::string key =
        reference.key.empty() ? "" : " (" + absl::StrJoin(reference.key, ", ") + ")";
    pairs->emplace_back("references", absl::StrJoin(reference.columns, ", ") + ": " +
                                          reference.table + key + ", on delete " +
                                          std::string(OnDeleteName(reference.on_delete)));
  }
}

void TellTable(Context& context, const ReportJson& report, const TableSchema& schema) {
  const auto number = [&report](const char* member) { return report[member].get<std::uint64_t>(); };
  const std::string expired = report.contains("expired") && number("expired") > 0
                                  ? ", of which " + WithThousands(number("expired")) + " expired"
                                  : "";
  std::vector<std::pair<std::string, std::string>> pairs = {
      {"table", schema.table_name},
      {"records", WithThousands(number("records")) + expired},
      {"lines", WithThousands(number("lines")) + ", of which " +
                    WithThousands(number("lines_superseded")) + " superseded"},
      {"size", ByteText(number("bytes")) + ", and " + ByteText(number("index_bytes")) +
                   " of indexes in memory"},
      {"schema", "version " + std::to_string(schema.version) +
                     (schema.created_at.empty() ? "" : ", created " + schema.created_at)}};
  if (!schema.expires.empty()) pairs.emplace_back("expires", "at " + schema.expires);
  AppendRules(schema, &pairs);
  PrintPairs(context.out, pairs);
  context.out << '\n';
  ReportJson rows = ReportJson::array();
  for (const ColumnSchema& column : schema.columns) {
    rows.push_back({{"column", column.name},
                    {"type", std::string(TypeName(column.type))},
                    {"constraints", ConstraintText(column)}});
  }
  PrintTable(context, rows, {"column", "type", "constraints"});
}

int InspectTable(Context& context, Database& database, const std::string& name) {
  const absl::StatusOr<TableSchema> schema = database.Schema(name);
  if (!schema.ok()) return Fail(context, schema.status());
  ReportJson report = {{"table", schema->table_name}};
  ReportJson indexes = ReportJson::array();
  std::uint64_t expired = 0;
  for (const TableStatistics& table : database.Stats().tables) {
    if (table.name != schema->table_name) continue;
    report = TableJson(table);
    indexes = IndexesJson(table, *schema);
    if (schema->expires.empty()) continue;
    const absl::StatusOr<std::uint64_t> counted = CountExpired(database, table);
    if (!counted.ok()) return Fail(context, counted.status());
    expired = *counted;
  }
  report["indexes"] = indexes;
  report["columns"] = ColumnsJson(*schema);
  report["unique_keys"] = schema->unique_keys;
  if (!schema->checks.empty()) report["checks"] = schema->checks;
  if (ReportJson references = ReferencesJson(*schema); !references.empty()) {
    report["references"] = std::move(references);
  }
  report["schema_version"] = schema->version;
  report["created_at"] = schema->created_at;
  if (!schema->expires.empty()) {
    report["expires"] = schema->expires;
    report["expired"] = expired;
  }
  PrintReport(context, report, "columns", [&](std::ostream&) {
    TellTable(context, report, *schema);
    if (indexes.empty()) return;
    context.out << '\n';
    PrintTable(context, indexes, {"index", "unique", "entries", "index_bytes", "index_file_bytes"});
  });
  return kExitOk;
}

int Inspect(Context& context, const DescribeOptions& options) {
  auto database = OpenDatabase(context, options.directory, Access::kReadOnly);
  if (!database.ok()) return FailOpen(context, database.status());
  if (!options.table.empty()) return InspectTable(context, **database, options.table);
  const ReportJson report = DatabaseJson(**database);
  PrintReport(context, report, "tables",
              [&](std::ostream&) { TellDatabase(context, **database, report); });
  return kExitOk;
}

int Schema(Context& context, const DescribeOptions& options) {
  auto database = OpenDatabase(context, options.directory, Access::kReadOnly);
  if (!database.ok()) return FailOpen(context, database.status());
  const absl::StatusOr<TableSchema> schema = (*database)->Schema(options.table);
  if (!schema.ok()) return Fail(context, schema.status());
  if (options.json_schema) {
    context.out << JsonSchemaOf(*schema).dump(2) << '\n';
  } else if (options.cpp) {
    const absl::StatusOr<std::string> text = CppStructOf(*schema);
    if (!text.ok()) return Fail(context, text.status());
    context.out << *text;
  } else {
    context.out << schema::FormatSchemaDocument(*schema);
  }
  return kExitOk;
}

// The statistics without what only the writing handle knows, and without parts of tables.
ReportJson StatisticsJson(const Statistics& statistics) {
  ReportJson report = engine::JsonOf(statistics);
  for (const char* of_the_writer : {"commits", "checkpoints", "unsynced", "maintenance_failure"}) {
    report.erase(of_the_writer);
  }
  for (ReportJson& table : report["tables"]) {
    table.erase("index_file_bytes");
    table.erase("indexes");
  }
  return report;
}

int Stats(Context& context, const DescribeOptions& options) {
  auto database = OpenDatabase(context, options.directory, Access::kReadOnly);
  if (!database.ok()) return FailOpen(context, database.status());
  const ReportJson report = StatisticsJson((*database)->Stats());
  PrintReport(context, report, "tables", [&](std::ostream& output) {
    std::vector<std::pair<std::string, std::string>> pairs;
    for (const auto& member : report.items()) {
      if (member.value().is_array()) continue;
      pairs.emplace_back(member.key(), member.value().is_string()
                                           ? member.value().get<std::string>()
                                           : member.value().dump());
    }
    PrintPairs(output, pairs);
    output << '\n';
    PrintTable(context, report["tables"],
               {"name", "records", "lines", "lines_superseded", "file_bytes", "index_bytes",
                "column_bytes", "next_id"});
  });
  return kExitOk;
}

}  // namespace

void AddDescribeCommands(CLI::App& app, Context& context) {
  auto options = std::make_shared<DescribeOptions>();

  CLI::App* inspect = AddCommand(
      app, "inspect", "Show what a database holds, and its log; or one table",
      {"dbtool inspect data/university", "dbtool inspect data/university student --json"});
  AddDirectory(inspect, &options->directory);
  inspect->add_option("TABLE", options->table, "Only this table, with its columns")->type_name("");
  inspect->callback([&context, options] {
    context.action = [&, options] { return Inspect(context, *options); };
  });

  CLI::App* schema = AddCommand(app, "schema", "Show a table's schema",
                                {"dbtool schema data/university student",
                                 "dbtool schema data/university student --json-schema",
                                 "dbtool schema data/university student --cpp > student.h"});
  AddDirectory(schema, &options->directory);
  AddTable(schema, &options->table);
  auto* json_schema =
      schema->add_flag("--json-schema", options->json_schema, "As JSON Schema (2020-12)");
  schema->add_flag("--cpp", options->cpp, "As a C++ struct with its Describe")
      ->excludes(json_schema);
  schema->callback(
      [&context, options] { context.action = [&, options] { return Schema(context, *options); }; });

  CLI::App* stats =
      AddCommand(app, "stats", "Show the figures of the API's statistics",
                 {"dbtool stats data/university", "dbtool stats data/university --json"});
  AddDirectory(stats, &options->directory);
  stats->callback(
      [&context, options] { context.action = [&, options] { return Stats(context, *options); }; });
}

}  // namespace linedb::dbtool
