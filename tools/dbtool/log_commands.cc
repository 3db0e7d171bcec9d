// wal, log, tail, verify: what the log says, and whether the files are whole.

#include <algorithm>
#include <utility>

#include "CLI/App.hpp"
#include "engine/history/log_walk.h"
#include "engine/nearest_name.h"
#include "linedb/change_feed.h"
#include "linedb/record_history.h"
#include "tools/dbtool/arguments.h"
#include "tools/dbtool/commands.h"
#include "tools/dbtool/errors.h"
#include "tools/dbtool/moment.h"
#include "tools/dbtool/output.h"
#include "tools/dbtool/tail_command.h"
#include "tools/dbtool/verify_command.h"
#include "wal/file_system.h"

namespace linedb::dbtool {
namespace {

struct WalOptions {
  std::string directory;
  engine::LogRange range;
  std::string table;
};

std::string_view BoolText(bool value) { return value ? "true" : "false"; }

std::string Quoted(std::string_view text) {
  std::string json;
  AppendQuoted(text, &json);
  return json;
}

// What stands in the columns of both listings, as JSON.
struct OperationTexts {
  explicit OperationTexts(const engine::LoggedOperation& operation)
      : lsn("null"),
        transaction("null"),
        timestamp(Quoted(operation.entry->timestamp)),
        name(Quoted(wal::OperationName(operation.entry->operation))),
        table(Quoted(operation.entry->table)) {
    if (operation.is_original) return;  // its log has no numbers
    lsn = std::to_string(operation.entry->lsn.value);
    transaction = std::to_string(operation.entry->transaction.value);
  }

  std::string lsn;
  std::string transaction;
  const std::string timestamp;
  const std::string name;
  const std::string table;
};

// For people: what is not yet checkpointed has a mark, and a record that is gone is the one it was.
void TellOperation(const engine::LoggedOperation& operation, RowWriter& writer) {
  const wal::LogEntry& entry = *operation.entry;
  const OperationTexts texts(operation);
  const std::string_view record = entry.record.empty() ? entry.old_record : entry.record;
  writer.Add({operation.checkpointed ? "null" : "*", texts.lsn, texts.transaction, texts.timestamp,
              texts.name, texts.table, record.empty() ? "null" : record});
}

void WriteOperation(const engine::LoggedOperation& operation, RowWriter& writer) {
  const wal::LogEntry& entry = *operation.entry;
  const OperationTexts texts(operation);
  const std::string file = Quoted(operation.file);
  const std::string line = std::to_string(entry.line);
  writer.Add({texts.lsn, texts.transaction, texts.timestamp, texts.name, texts.table,
              BoolText(operation.checkpointed), entry.record.empty() ? "null" : entry.record,
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
  engine::LogVisitor visitor;
  visitor.operation = [&](const engine::LoggedOperation& operation) {
    known = known || operation.entry->table == table;
    return !known;
  };
  // Of a log that cannot be read to its end nobody knows which tables it knows.
  visitor.note = [&known](const std::string&) { known = true; };
  const absl::Status read = engine::WalkLogs(wal::PosixFileSystem(), paths, {}, visitor);
  if (known || !read.ok()) return absl::OkStatus();
  const std::string nearest = engine::NearestName(table, names);
  return absl::NotFoundError("neither the database nor its log has a table \"" + table + "\"" +
                             (nearest.empty() ? "" : "; did you mean \"" + nearest + "\"?"));
}

wal::DatabasePaths PathsOf(const std::string& directory) {
  return wal::DatabasePaths(wal::WithoutSlash(directory));
}

std::unique_ptr<RowWriter> NewOperationWriter(Context& context) {
  std::vector<std::string> columns = {"lsn",    "txn",          "timestamp", "operation",
                                      "table",  "checkpointed", "record",    "old_record",
                                      "commit", "file",         "line"};
  if (ForPeople(context)) {
    columns = {"", "lsn", "txn", "timestamp", "operation", "table", "record"};
  }
  return NewRowWriter(
      context, {.columns = std::move(columns), .rows_name = "operations", .head_members = {}});
}

// Of a log that has nothing from this lsn on: whether that is because it is still to come. The next
// one to be written may be asked for, as by `tail`: so one goes on behind what one has seen.
absl::Status CheckReached(const std::string& directory, std::uint64_t first_lsn) {
  const auto newest = ChangeFeed::OpenAtNewest(directory, FeedDelivery::kWritten);
  if (!newest.ok()) return absl::OkStatus();  // the original's log has no numbers
  const std::uint64_t last = (*newest)->position().lsn;
  return first_lsn > last + 1 ? NoSuchLsnYet(first_lsn, last) : absl::OkStatus();
}

int Wal(Context& context, const WalOptions& options) {
  if (options.range.first > options.range.last) {
    return FailUsage(context, "--from, lsn " + std::to_string(options.range.first.value) +
                                  ", is later than --to, lsn " +
                                  std::to_string(options.range.last.value));
  }
  const wal::DatabasePaths paths = PathsOf(options.directory);
  if (!options.table.empty()) {
    if (absl::Status known = CheckTable(paths, options.table); !known.ok()) {
      return Fail(context, known);
    }
  }
  const bool for_people = ForPeople(context);
  std::unique_ptr<RowWriter> writer;
  const auto begin = [&] {
    if (writer == nullptr) writer = NewOperationWriter(context);
  };
  bool marked = false;
  bool reached = false;
  engine::LogVisitor visitor;
  visitor.operation = [&](const engine::LoggedOperation& operation) {
    reached = true;
    if (!options.table.empty() && operation.entry->table != options.table) return true;
    begin();
    marked = marked || !operation.checkpointed;
    if (for_people) {
      TellOperation(operation, *writer);
    } else {
      WriteOperation(operation, *writer);
    }
    return context.out.good();
  };
  visitor.note = [&](const std::string& text) { Note(context, text); };
  absl::Status read = engine::WalkLogs(wal::PosixFileSystem(), paths, options.range, visitor);
  if (read.ok() && !reached) read = CheckReached(options.directory, options.range.first.value);
  // What was read before a fault is shown: it is what one looks into a damaged log for.
  if (read.ok()) begin();
  if (writer != nullptr) writer->End();
  if (marked && for_people) Note(context, "* is not yet checkpointed");
  return read.ok() ? kExitOk : Fail(context, read);
}

struct LogOptions {
  std::string directory;
  std::string table;
  std::string key;
};

// For people: what is new, `gpa: 3.5 -> 3.9`.
std::string ChangeText(const RecordVersion& version) {
  if (version.kind == ChangeKind::kInsert) return std::string(version.record);
  if (version.kind == ChangeKind::kPurge) return "all that was known of it is gone for good";
  std::string text;
  for (const ColumnChange& change : version.changed) {
    if (!text.empty()) text += ", ";
    text += change.column;
    text += ": ";
    if (!change.before.empty()) text += change.before;
    if (change.after.empty()) {
      text += " dropped";
    } else {
      text += change.before.empty() ? "added, " : " -> ";
      text += change.after;
    }
  }
  return text;
}

std::string ChangedNames(const RecordVersion& version) {
  std::string names = "[";
  for (const ColumnChange& change : version.changed) {
    if (names.size() > 1) names += ',';
    AppendQuoted(change.column, &names);
  }
  return names + "]";
}

void WriteVersion(const RecordVersion& version, bool for_people, RowWriter& writer) {
  const bool numbered = version.lsn > 0;
  const std::string lsn = numbered ? std::to_string(version.lsn) : "null";
  const std::string transaction = numbered ? std::to_string(version.transaction) : "null";
  const std::string timestamp = Quoted(version.timestamp);
  const std::string operation = Quoted(ChangeKindName(version.kind));
  if (for_people) {
    writer.Add({lsn, transaction, timestamp, operation, Quoted(ChangeText(version))});
    return;
  }
  const std::string changed = ChangedNames(version);
  writer.Add({lsn, transaction, timestamp, operation, changed,
              version.record.empty() ? "null" : version.record,
              version.old_record.empty() ? "null" : version.old_record});
}

int Log(Context& context, const LogOptions& options) {
  const wal::DatabasePaths paths = PathsOf(options.directory);
  if (absl::Status known = CheckTable(paths, options.table); !known.ok()) {
    return Fail(context, known);
  }
  const bool for_people = ForPeople(context);
  const std::vector<std::string> columns =
      for_people ? std::vector<std::string>{"lsn", "txn", "timestamp", "operation", "change"}
                 : std::vector<std::string>{"lsn",     "txn",    "timestamp", "operation",
                                            "changed", "record", "old_record"};
  std::unique_ptr<RowWriter> writer;
  const auto begin = [&] {
    if (writer != nullptr) return;
    writer = NewRowWriter(context, {.columns = columns,
                                    .rows_name = "versions",
                                    .head_members = "\"table\":" + Quoted(options.table)});
  };
  const absl::StatusOr<RecordHistoryReport> report = ReadRecordHistory(
      paths.directory(), options.table, options.key, [&](const RecordVersion& version) {
        begin();
        WriteVersion(version, for_people, *writer);
        return context.out.good();
      });
  // What was read before a fault is shown, as by `wal`.
  if (writer != nullptr) writer->End();
  if (absl::IsInvalidArgument(report.status())) {
    return FailUsage(context, std::string(report.status().message()));
  }
  if (!report.ok()) return Fail(context, report.status());
  for (const std::string& note : report->notes) Note(context, note);
  if (report->first_lsn > 0) {
    Note(context, "the logs begin with lsn " + std::to_string(report->first_lsn) +
                      ": what was before it is not known");
  }
  return kExitOk;
}

void AddLog(CLI::App& app, Context& context) {
  auto log_options = std::make_shared<LogOptions>();
  CLI::App* log = AddCommand(
      app, "log", "Show every version of one record: when, in which transaction, what changed",
      {"dbtool log data/university student 1", "dbtool log data/university enrollment '[1,101]'"});
  AddDirectory(log, &log_options->directory);
  AddTable(log, &log_options->table);
  log->add_option("KEY", log_options->key, "The key; a compound one as a JSON array")
      ->required()
      ->type_name("");
  log->callback([&context, log_options] {
    context.action = [&, log_options] { return Log(context, *log_options); };
  });
}

void AddTail(CLI::App& app, Context& context) {
  auto options = std::make_shared<TailOptions>();
  CLI::App* tail = AddCommand(
      app, "tail", "Show committed changes as the log's lines; a change feed with --follow",
      {"dbtool tail data/university", "dbtool tail data/university --from 1",
       "timeout 1 dbtool tail data/university --follow | head -n 3"});
  AddDirectory(tail, &options->directory);
  tail->add_option("--from", options->from,
                   "From this lsn on; 0: from the oldest that is left (default: the last ten)")
      ->check(WholeNumber())
      ->type_name("LSN");
  tail->add_option("--after", options->after,
                   "Go on behind this line: its lsn and checksum, 4712:c38bf5e9c026397a")
      ->type_name("LSN:CHECKSUM");
  tail->add_flag("-f,--follow", options->follow, "Wait for more, until interrupted");
  tail->add_flag("--durable", options->durable,
                 "Only what the log says is synced: nothing shown is ever taken back");
  tail->callback(
      [&context, options] { context.action = [&, options] { return Tail(context, *options); }; });
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
  wal->add_option("--table", options->table, "Only this table's")->type_name("TABLE");
  wal->callback(
      [&context, options] { context.action = [&, options] { return Wal(context, *options); }; });

  AddLog(app, context);
  AddTail(app, context);

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
