// wal, verify: what the log says, and whether the files are whole.

#include <algorithm>
#include <utility>

#include "CLI/App.hpp"
#include "engine/nearest_name.h"
#include "tools/dbtool/arguments.h"
#include "tools/dbtool/commands.h"
#include "tools/dbtool/errors.h"
#include "tools/dbtool/log_reader.h"
#include "tools/dbtool/output.h"
#include "tools/dbtool/verify_command.h"
#include "wal/file_system.h"

namespace linedb::dbtool {
namespace {

struct WalOptions {
  std::string directory;
  LogRange range;
  std::string table;
};

std::string_view BoolText(bool value) { return value ? "true" : "false"; }

std::string Quoted(std::string_view text) {
  std::string json;
  AppendQuoted(text, &json);
  return json;
}

void WriteOperation(const LoggedOperation& operation, RowWriter& writer) {
  const wal::LogEntry& entry = *operation.entry;
  const bool numbered = !operation.is_original;
  const std::string lsn = numbered ? std::to_string(entry.lsn.value) : "null";
  const std::string transaction = numbered ? std::to_string(entry.transaction.value) : "null";
  const std::string timestamp = Quoted(entry.timestamp);
  const std::string name = Quoted(wal::OperationName(entry.operation));
  const std::string table = Quoted(entry.table);
  const std::string file = Quoted(operation.file);
  const std::string line = std::to_string(entry.line);
  writer.Add({lsn, transaction, timestamp, name, table, BoolText(operation.checkpointed),
              entry.record.empty() ? "null" : entry.record,
              entry.old_record.empty() ? "null" : entry.old_record,
              BoolText(entry.commit || operation.is_original), file, line});
}

// kNotFound, with a suggestion, if neither the schemas nor the log know the table.
absl::Status CheckTable(const wal::DatabasePaths& paths, const std::string& table) {
  std::vector<std::string> names;
  const auto files = wal::PosixFileSystem().List(paths.SchemaDirectory());
  if (!files.ok()) return absl::OkStatus();  // reading the log tells what is wrong
  for (const std::string& file : *files) {
    if (auto name = wal::TableOfSchemaFile(file); name.has_value()) names.push_back(*name);
  }
  if (std::find(names.begin(), names.end(), table) != names.end()) return absl::OkStatus();
  bool known = false;
  const absl::Status read = ReadOperations(
      paths, {},
      [&](const LoggedOperation& operation) {
        known = known || operation.entry->table == table;
        return !known;
      },
      // Of a log that cannot be read to its end nobody knows which tables it knows.
      [&known](const std::string&) { known = true; });
  if (known || !read.ok()) return absl::OkStatus();
  const std::string nearest = engine::NearestName(table, names);
  return absl::NotFoundError("neither the database nor its log has a table \"" + table + "\"" +
                             (nearest.empty() ? "" : "; did you mean \"" + nearest + "\"?"));
}

int Wal(Context& context, const WalOptions& options) {
  std::string directory = options.directory;
  while (directory.size() > 1 && directory.back() == '/') directory.pop_back();
  const wal::DatabasePaths paths(directory);
  if (!options.table.empty()) {
    if (absl::Status known = CheckTable(paths, options.table); !known.ok()) {
      return Fail(context, known);
    }
  }
  std::unique_ptr<RowWriter> writer = NewRowWriter(
      context, {.columns = {"lsn", "txn", "timestamp", "operation", "table", "checkpointed",
                            "record", "old_record", "commit", "file", "line"},
                .rows_name = "operations",
                .head_members = {}});
  const absl::Status read = ReadOperations(
      paths, options.range,
      [&](const LoggedOperation& operation) {
        if (options.table.empty() || operation.entry->table == options.table) {
          WriteOperation(operation, *writer);
        }
        return context.out.good();
      },
      [&](const std::string& text) { Note(context, text); });
  // What was read before a fault is shown: it is what one looks into a damaged log for.
  if (read.code() != absl::StatusCode::kNotFound) writer->End();
  return read.ok() ? kExitOk : Fail(context, read);
}

}  // namespace

void AddLogCommands(CLI::App& app, Context& context) {
  auto options = std::make_shared<WalOptions>();
  CLI::App* wal = AddCommand(
      app, "wal", "Show the log's operations, archives included",
      {"dbtool wal data/university", "dbtool wal data/university --from 2 --to 5 --table student"});
  AddDirectory(wal, &options->directory);
  wal->add_option("--from", options->range.first.value, "From this lsn on")
      ->check(WholeNumber())
      ->type_name("LSN");
  wal->add_option("--to", options->range.last.value, "Up to this lsn")
      ->check(WholeNumber())
      ->type_name("LSN");
  wal->add_option("--table", options->table, "Only this table's")->type_name("");
  wal->callback(
      [&context, options] { context.action = [&, options] { return Wal(context, *options); }; });

  auto verify_options = std::make_shared<VerifyOptions>();
  CLI::App* verify =
      AddCommand(app, "verify", "Check every file; changes nothing",
                 {"dbtool verify data/university", "dbtool verify data/university --quick --json"});
  AddDirectory(verify, &verify_options->directory);
  verify->add_flag("--quick", verify_options->quick,
                   "Only what opening checks: the log, and the tables by their last lines");
  verify->callback([&context, verify_options] {
    context.action = [&, verify_options] { return Verify(context, *verify_options); };
  });
}

}  // namespace linedb::dbtool
