// put, delete: single records.

#include <algorithm>
#include <iterator>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "CLI/App.hpp"
#include "absl/strings/match.h"
#include "engine/exchange/input_window.h"
#include "nlohmann/json.hpp"
#include "schema/json_reader.h"
#include "tools/dbtool/arguments.h"
#include "tools/dbtool/commands.h"
#include "tools/dbtool/errors.h"
#include "tools/dbtool/input_file.h"
#include "tools/dbtool/report.h"
#include "tools/dbtool/suggestions.h"

namespace linedb::dbtool {
namespace {

struct RecordOptions {
  std::string directory;
  std::string table;
  std::string record;
  std::vector<std::string> keys;
  bool replace = false;
};

ReportJson Parsed(std::string_view json) {
  return json.empty() ? ReportJson() : ReportJson::parse(json, nullptr, false);
}

// The record's line; empty if there is none.
absl::StatusOr<std::string> LineOf(const engine::TableCore& core, engine::View view,
                                   const std::string& key_text) {
  std::string line;
  const absl::Status found = core.Visit(view, 0, key_text, [&line](std::string_view record) {
    line = record;
    return absl::OkStatus();
  });
  if (!found.ok() && !absl::IsNotFound(found)) return found;
  return line;
}

bool HasKey(const TableSchema& schema) {
  return std::any_of(schema.columns.begin(), schema.columns.end(),
                     [](const ColumnSchema& column) { return column.primary_key; });
}

// What was put, and where it went.
struct PutOutcome {
  std::string key;         // as JSON; of a table without one: null
  std::string record;      // as it is now
  std::string old_record;  // empty: there was none
};

absl::StatusOr<PutOutcome> PutRecord(Database& database, const engine::TableCore& core,
                                     const RecordOptions& options) {
  const absl::StatusOr<ReadTransaction> before = database.BeginRead();
  if (!before.ok()) return before.status();
  absl::StatusOr<WriteTransaction> transaction = core.Begin();
  if (!transaction.ok()) return transaction.status();
  PutOutcome outcome;
  const auto mode = options.replace ? engine::WriteMode::kUpsert : engine::WriteMode::kInsert;
  absl::Status written = core.WriteJson(*transaction, mode, options.record, &outcome.key);
  if (!written.ok()) return written;
  if (HasKey(core.schema())) {
    const absl::StatusOr<std::string> key_text = core.KeyTextFromJson(0, outcome.key);
    if (!key_text.ok()) return key_text.status();
    absl::StatusOr<std::string> now = LineOf(core, *transaction, *key_text);
    if (!now.ok()) return now.status();
    absl::StatusOr<std::string> old = LineOf(core, *before, *key_text);
    if (!old.ok()) return old.status();
    outcome.record = *std::move(now);
    outcome.old_record = *std::move(old);
  } else {
    outcome.key = "null";
    outcome.record = options.record;
  }
  if (absl::Status committed = transaction->Commit(); !committed.ok()) return committed;
  return outcome;
}

// A JSON object, or why it is none. What the schema says of it is asked later.
absl::Status CheckIsObject(const std::string& text) {
  const std::string shown = text.substr(0, 200);
  const ReportJson json = ReportJson::parse(text, nullptr, false);
  if (json.is_object()) return absl::OkStatus();
  if (!json.is_discarded()) {
    return absl::InvalidArgumentError("the record is no JSON object: " + shown);
  }
  schema::JsonReader reader(text);
  const bool is_json = reader.CheckUtf8() && reader.SkipValue() && reader.ExpectEnd();
  if (is_json) return absl::InvalidArgumentError("the record is no JSON: " + shown);
  const schema::JsonFault& fault = reader.fault();
  const auto at = engine::PositionAfter({}, std::string_view(text).substr(0, fault.byte));
  const std::string place =
      "line " + std::to_string(at.line) + " column " + std::to_string(at.column);
  // Some reasons quote what they are about.
  return absl::InvalidArgumentError("the record is no JSON: " + place + ": " + fault.reason +
                                    (absl::EndsWith(fault.reason, shown) ? "" : ": " + shown));
}

// Of a record that was refused: why, if it was a slip. The members that are no columns.
std::string MeantColumns(const TableSchema& schema, const std::string& record) {
  std::string meant;
  const ReportJson json = Parsed(record);
  for (const auto& member : json.items()) {
    const bool is_column =
        std::any_of(schema.columns.begin(), schema.columns.end(),
                    [&member](const ColumnSchema& column) { return column.name == member.key(); });
    const std::string asked = is_column ? "" : DidYouMean(member.key(), schema);
    if (!asked.empty())
      meant += (meant.empty() ? "" : "; ") + member.key() + ": " + asked.substr(2);
  }
  return meant;
}

// Of a key that was left out, and that the table might assign had it been made so.
std::string AssignedKeyHint(const std::string& message, const TableSchema& schema) {
  std::vector<ColumnSchema> key;
  std::copy_if(schema.columns.begin(), schema.columns.end(), std::back_inserter(key),
               [](const ColumnSchema& column) { return column.primary_key; });
  if (key.size() != 1 || key[0].type != Type::kInt) return "";
  const std::string missing = schema.table_name + "." + key[0].name + ": the value is missing";
  if (message.rfind(missing, 0) != 0) return "";
  return "a key is assigned to a column made with " + key[0].name + ":int:primary_key:nullable";
}

std::string PutHint(const absl::Status& refused, const TableSchema& schema,
                    const RecordOptions& options) {
  if (absl::IsInvalidArgument(refused)) {
    const std::string hint = AssignedKeyHint(std::string(refused.message()), schema);
    return hint.empty() ? MeantColumns(schema, options.record) : hint;
  }
  const bool is_taken = absl::IsAlreadyExists(refused) && !options.replace;
  return is_taken ? "--replace puts it in the other's place" : "";
}

int Put(Context& context, RecordOptions options) {
  if (options.record == "-") {
    absl::StatusOr<std::string> text = ReadSmallFile("-");
    if (!text.ok()) return Fail(context, text.status());
    options.record = *std::move(text);
  }
  if (absl::Status object = CheckIsObject(options.record); !object.ok()) {
    return FailUsage(context, std::string(object.message()),
                     R"(a record is an object, in quotes: '{"id":4,"name":"Dan"}')");
  }
  auto database = OpenDatabase(context, options.directory, Access::kReadWrite);
  if (!database.ok()) return FailOpen(context, database.status());
  auto core = (*database)->OpenCore(options.table);
  if (!core.ok()) return Fail(context, core.status());
  const absl::StatusOr<PutOutcome> put = PutRecord(**database, *core, options);
  if (!put.ok()) {
    return Fail(context, put.status(), PutHint(put.status(), core->schema(), options));
  }
  if (absl::Status closed = (*database)->Close(); !closed.ok()) return Fail(context, closed);
  const bool replaced = !put->old_record.empty();
  const std::string what = options.table + (put->key == "null" ? "" : " " + put->key);
  Note(context, what + (replaced ? " replaced" : " inserted"));
  if (context.json) {
    PrintReport(context,
                {{"table", options.table},
                 {"key", Parsed(put->key)},
                 {"change", replaced ? "replace" : "insert"},
                 {"record", Parsed(put->record)},
                 {"old_record", Parsed(put->old_record)}},
                "", {});
  }
  return kExitOk;
}

// The records that are to go: the text of each key, and the line as it was seen.
using Doomed = std::vector<std::pair<std::string, std::string>>;

absl::StatusOr<Doomed> FindRecords(const engine::TableCore& core,
                                   const std::vector<std::string>& keys) {
  Doomed doomed;
  std::set<std::string> seen;
  for (const std::string& key : keys) {
    absl::StatusOr<std::string> text = core.KeyTextFromUser(0, key);
    if (!text.ok()) return text.status();
    if (!seen.insert(*text).second) continue;
    absl::StatusOr<std::string> line = LineOf(core, {}, *text);
    if (!line.ok()) return line.status();
    if (line->empty()) {
      return absl::NotFoundError(core.schema().table_name + ": no record has the key " + key);
    }
    doomed.emplace_back(*std::move(text), *std::move(line));
  }
  return doomed;
}

// All of them or none.
absl::Status DeleteRecords(const engine::TableCore& core, const Doomed& doomed) {
  absl::StatusOr<WriteTransaction> transaction = core.Begin();
  if (!transaction.ok()) return transaction.status();
  for (const auto& [key_text, line] : doomed) {
    const absl::StatusOr<std::string> now = LineOf(core, *transaction, key_text);
    if (!now.ok()) return now.status();
    if (*now != line) {
      return absl::AbortedError(core.schema().table_name +
                                ": somebody changed a record meanwhile: " + line);
    }
    if (absl::Status erased = core.Erase(*transaction, key_text); !erased.ok()) return erased;
  }
  return transaction->Commit();
}

std::map<std::string, std::uint64_t> RecordCounts(const Database& database) {
  std::map<std::string, std::uint64_t> counts;
  for (const TableStatistics& table : database.Stats().tables) counts[table.name] = table.records;
  return counts;
}

// How many records went along, by table, because they referenced what was deleted.
ReportJson TakenAlong(const std::map<std::string, std::uint64_t>& before,
                      const std::map<std::string, std::uint64_t>& after, const std::string& table,
                      std::size_t deleted) {
  ReportJson along = ReportJson::object();
  for (const auto& [name, count] : before) {
    const auto found = after.find(name);
    const std::uint64_t gone = count - (found == after.end() ? 0 : found->second);
    const std::uint64_t others = gone - (name == table ? deleted : 0);
    if (others > 0) along[name] = others;
  }
  return along;
}

int ReportDeletion(Context& context, const std::string& table, const Doomed& doomed,
                   const ReportJson& along) {
  std::string told = Counted(doomed.size(), "record") + " of " + table + " deleted";
  for (const auto& member : along.items()) {
    told += ", with " + Counted(member.value().get<std::uint64_t>(), "record") + " of " +
            member.key() + " that referenced it";
  }
  Note(context, told);
  if (!context.json) return kExitOk;
  ReportJson records = ReportJson::array();
  for (const auto& [key_text, line] : doomed) records.push_back(Parsed(line));
  PrintReport(
      context,
      {{"table", table}, {"deleted", doomed.size()}, {"records", records}, {"along", along}},
      "records", {});
  return kExitOk;
}

std::string QuestionOf(const std::string& table, const Doomed& doomed) {
  std::string question = "To be deleted of " + table + ":\n";
  for (const auto& [key_text, line] : doomed) question += "  " + line + "\n";
  return question + "Delete " + Counted(doomed.size(), "record") + "?";
}

int Delete(Context& context, const RecordOptions& options) {
  Doomed doomed;
  {  // Nobody is locked out while somebody is asked.
    auto database = OpenDatabase(context, options.directory, Access::kReadOnly);
    if (!database.ok()) return FailOpen(context, database.status());
    auto core = (*database)->OpenCore(options.table);
    if (!core.ok()) return Fail(context, core.status());
    absl::StatusOr<Doomed> found = FindRecords(*core, options.keys);
    if (absl::IsInvalidArgument(found.status())) {
      return FailUsage(context, std::string(found.status().message()));
    }
    if (!found.ok()) return Fail(context, found.status());
    doomed = *std::move(found);
  }
  if (!Confirmed(context, QuestionOf(options.table, doomed))) {
    return FailUsage(context,
                     "nothing was deleted: it would be " + Counted(doomed.size(), "record") +
                         " of " + options.table,
                     "--yes says that this is meant");
  }
  auto database = OpenDatabase(context, options.directory, Access::kReadWrite);
  if (!database.ok()) return FailOpen(context, database.status());
  auto core = (*database)->OpenCore(options.table);
  if (!core.ok()) return Fail(context, core.status());
  const auto before = RecordCounts(**database);
  if (absl::Status deleted = DeleteRecords(*core, doomed); !deleted.ok()) {
    return Fail(context, deleted);
  }
  const auto after = RecordCounts(**database);
  if (absl::Status closed = (*database)->Close(); !closed.ok()) return Fail(context, closed);
  return ReportDeletion(context, options.table, doomed,
                        TakenAlong(before, after, options.table, doomed.size()));
}

}  // namespace

void AddRecordCommands(CLI::App& app, Context& context) {
  auto options = std::make_shared<RecordOptions>();

  CLI::App* put =
      AddCommand(app, "put", "Insert one record, or replace one with --replace",
                 {R"(dbtool put data/university student '{"name":"Dan","gpa":3.1}')",
                  R"(dbtool put data/university student '{"id":1,"name":"Alice B."}' --replace)",
                  R"(echo '{"id":40,"name":"Eve"}' | dbtool put data/university student -)"});
  AddDirectory(put, &options->directory);
  AddTable(put, &options->table);
  put->add_option("JSON", options->record,
                  "The record, an object, or - for stdin; without its key if the table assigns\n"
                  "that: of a column made with id:int:primary_key:nullable")
      ->required()
      ->type_name("");
  put->add_flag("--replace", options->replace, "If the primary key is taken: in the other's place");
  put->callback(
      [&context, options] { context.action = [&, options] { return Put(context, *options); }; });

  CLI::App* erase =
      AddCommand(app, "delete", "Delete records by their primary keys; the log keeps them",
                 {"dbtool delete data/university student 3 --yes",
                  "dbtool delete data/university enrollment '[2,101]' --yes --json"});
  AddDirectory(erase, &options->directory);
  AddTable(erase, &options->table);
  erase
      ->add_option("KEY", options->keys,
                   "Primary keys, all in one transaction; a compound one as a JSON array")
      ->required()
      ->type_name("");
  erase->callback(
      [&context, options] { context.action = [&, options] { return Delete(context, *options); }; });
}

}  // namespace linedb::dbtool
