#include "engine/original_directory.h"

#include <map>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/checkpoint_tables.h"
#include "engine/transaction/table_changes.h"
#include "nlohmann/json.hpp"
#include "schema/record_codec.h"
#include "schema/time_text.h"
#include "wal/checkpoint.h"
#include "wal/wal_archive.h"

namespace linedb::engine {
namespace {

using Json = nlohmann::ordered_json;
using ChangesByTable = std::map<std::string, std::unique_ptr<TableChanges>>;

// A line of a text file, without its end.
struct TextLine {
  std::string_view text;
  std::uint64_t number = 0;
  std::uint64_t byte = 0;
  bool whole = true;  // false: the last one, without "\n"
};

// Calls `take(line)` for every line that is not blank, until it fails.
template <class Take>
absl::Status ForEachLine(const std::string& file, std::string_view text, Take&& take) {
  TextLine line;
  for (std::size_t begin = 0; begin < text.size();) {
    std::size_t end = text.find('\n', begin);
    line.whole = end != std::string_view::npos;
    if (!line.whole) end = text.size();
    line.text = text.substr(begin, end - begin);
    line.byte = begin;
    ++line.number;
    begin = end + 1;
    if (line.text.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    if (absl::Status taken = take(line); !taken.ok()) {
      return absl::DataLossError(absl::StrCat(file, " line ", line.number, " byte ", line.byte,
                                              ": ", std::string(taken.message())));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> ReadFileOrNothing(wal::FileSystem& files, const std::string& path) {
  absl::StatusOr<std::string> text = wal::ReadFile(files, path);
  return absl::IsNotFound(text.status()) ? std::string() : text;
}

absl::Status InsertOrReplace(TableChanges& changes, std::string_view json) {
  std::string* tail = changes.BeginLine();
  std::vector<schema::FieldSpan> spans;
  schema::CanonicalizeOptions options;
  options.assigned_key = changes.next_id();
  options.original_format = true;
  absl::Status fits =
      schema::CanonicalizeRecord(changes.table().layout(), json, options, tail, &spans, nullptr);
  if (!fits.ok()) {
    changes.CancelLine();
    return fits;
  }
  return changes.FinishLine(WriteMode::kUpsert, spans.data()).status();
}

// What the log says of a key in the end.
struct LastWord {
  std::string line;  // canonical; empty: the record is deleted
  std::uint64_t number = 0;
  std::uint64_t byte = 0;
};

// The log of one table, reduced. Its lines may repeat what the .records file holds, in part or as a
// whole, so a line by itself may clash with a later state; the last word of every key does not.
class TableLog {
 public:
  explicit TableLog(TableChanges& changes) : changes_(changes) {}

  absl::Status Note(bool is_delete, std::string_view record, const TextLine& where);
  // Makes the table what the log says. The error names the log's line.
  absl::Status Apply();

 private:
  TableChanges& changes_;
  std::map<std::string, LastWord> words_;  // by key text
};

absl::Status TableLog::Note(bool is_delete, std::string_view record, const TextLine& where) {
  const schema::RecordLayout& layout = changes_.table().layout();
  if (layout.has_row_id()) {
    return absl::FailedPreconditionError(
        "the table has no primary key, so its log cannot be applied by key");
  }
  std::string line;
  std::vector<schema::FieldSpan> spans;
  schema::CanonicalizeOptions options;
  options.original_format = true;
  absl::Status fits = schema::CanonicalizeRecord(layout, record, options, &line, &spans, nullptr);
  if (!fits.ok()) return fits;
  std::string scratch;
  const std::optional<std::string_view> key =
      schema::KeyTextOf(layout.keys()[0], line, spans.data(), &scratch);
  if (!key) return absl::DataLossError("the record has no key");
  changes_.NoteKeyUsed(line, spans.data());
  words_[std::string(*key)] = {is_delete ? std::string() : line, where.number, where.byte};
  return absl::OkStatus();
}

absl::Status TableLog::Apply() {
  std::map<std::uint64_t, const LastWord*> writes;  // in the log's order
  for (const auto& [key, word] : words_) {
    const RecordLocation old = changes_.generation().Find(0, HashKeyText(key), key, kNoLimit);
    if (old && changes_.generation().records.View(old) == word.line) continue;
    if (old) {
      if (absl::Status erased = changes_.Erase(key).status(); !erased.ok()) return erased;
    }
    if (!word.line.empty()) writes[word.number] = &word;
  }
  for (const auto& [number, word] : writes) {
    if (absl::Status written = InsertOrReplace(changes_, word->line); !written.ok()) {
      return absl::DataLossError(absl::StrCat("line ", number, " byte ", word->byte, ": ",
                                              std::string(written.message())));
    }
  }
  return absl::OkStatus();
}

absl::Status NoteLogLine(std::map<std::string, TableLog>& tables, const TextLine& line) {
  const Json json = Json::parse(line.text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return absl::DataLossError("not a JSON object");
  const auto text_of = [&json](const char* member) {
    const auto found = json.find(member);
    return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  const std::string operation = text_of("operation");
  const std::string table = text_of("table");
  if (operation == "CREATE_TABLE" || operation == "DROP_TABLE") return absl::OkStatus();
  const auto log = tables.find(table);
  if (log == tables.end()) {
    return absl::DataLossError(absl::StrCat("there is no table \"", table, "\""));
  }
  const bool is_delete = operation == "DELETE";
  if (!is_delete && operation != "INSERT" && operation != "UPDATE") {
    return absl::DataLossError(absl::StrCat("operation \"", operation, "\" is not known"));
  }
  const auto record = json.find(is_delete ? "old_record" : "record");
  if (record == json.end() || !record->is_object()) {
    return absl::DataLossError("the operation has no record");
  }
  return log->second.Note(is_delete, record->dump(), line);
}

// Reads the log and applies its last words.
absl::Status ReplayOriginalLog(wal::FileSystem& files, const wal::DatabasePaths& paths,
                               const ChangesByTable& changes, OpenReport* report) {
  absl::StatusOr<std::string> text = ReadFileOrNothing(files, paths.Log());
  if (!text.ok()) return text.status();
  const std::string name = wal::ShortName(paths, paths.Log());
  std::map<std::string, TableLog> tables;
  for (const auto& [table, table_changes] : changes) tables.try_emplace(table, *table_changes);
  absl::Status noted = ForEachLine(name, *text, [&](const TextLine& line) {
    absl::Status done = NoteLogLine(tables, line);
    if (done.ok()) {
      ++report->operations_replayed;
    } else if (!line.whole) {
      // The original writes without a sync: half a line at the end is a crash's.
      report->torn_bytes = line.text.size();
      report->notes.push_back(absl::StrCat(name, " line ", line.number, " byte ", line.byte,
                                           ": half a line does not count"));
      done = absl::OkStatus();
    }
    return done;
  });
  if (!noted.ok()) return noted;
  for (auto& [table, log] : tables) {
    if (absl::Status applied = log.Apply(); !applied.ok()) return AtPlace(name, applied);
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status LoadOriginal(wal::FileSystem& files, const wal::DatabasePaths& paths,
                          const Catalog& catalog, OpenedDatabase* opened) {
  ChangesByTable changes;
  for (const auto& [name, entry] : catalog) {
    absl::StatusOr<schema::RecordLayout> layout = schema::RecordLayout::Create(entry.schema);
    if (!layout.ok()) {
      return AtPlace(wal::ShortName(paths, paths.Schema(name)), layout.status());
    }
    auto table = std::make_shared<TableState>(*std::move(layout));
    table->schema_checksum = entry.checksum;
    TableChanges& table_changes =
        *changes.emplace(name, std::make_unique<TableChanges>(*table)).first->second;
    opened->tables[name] = std::move(table);
    absl::StatusOr<std::string> text = ReadFileOrNothing(files, paths.Records(name));
    if (!text.ok()) return text.status();
    absl::Status read = ForEachLine(
        wal::ShortName(paths, paths.Records(name)), *text,
        [&](const TextLine& line) { return InsertOrReplace(table_changes, line.text); });
    if (!read.ok()) return read;
  }
  absl::Status replayed = ReplayOriginalLog(files, paths, changes, &opened->report);
  if (!replayed.ok()) return replayed;
  for (const auto& [name, table_changes] : changes) {
    absl::Status kept = table_changes->generation().records.KeepTail();
    if (!kept.ok()) return kept;
    table_changes->Seal(/*accept_tail=*/true);
    table_changes->generation().records.tail().shrink_to_fit();
    table_changes->Publish();
    table_changes->generation().Settle(kNoLimit, kNoLimit);  // nobody reads yet
  }
  return absl::OkStatus();
}

absl::Status AdoptOriginal(wal::FileSystem& files, const wal::DatabasePaths& paths,
                           const std::string& database_id, OpenedDatabase* opened) {
  for (const std::string& directory : {paths.DataDirectory(), paths.WalDirectory()}) {
    absl::Status made = files.CreateDirectory(directory);
    if (!made.ok() && !absl::IsAlreadyExists(made)) return made;
  }
  if (absl::Status durable = files.SyncDirectory(paths.directory()); !durable.ok()) return durable;
  const Options options;
  TablesCheckpoint checkpoint(files, paths, options);
  absl::Status done = checkpoint.Prepare(opened->tables);
  if (done.ok()) done = checkpoint.Complete(opened->tables);
  // The original's log keeps its lines under the name that the original would have given it.
  const std::string archive = paths.Archive({.time = ArchiveTime(), .original = true});
  if (done.ok()) {
    done = files.Link(paths.Log(), archive);
    if (absl::IsNotFound(done)) done = absl::OkStatus();  // there was none
  }
  // Before the rename that takes away its other name: a crash could keep that and forget this one.
  if (done.ok()) done = files.SyncDirectory(paths.WalDirectory());
  if (!done.ok()) {
    checkpoint.Abandon();
    return done;
  }
  wal::LogHeader header;
  header.database = database_id;
  header.timestamp = schema::FormatTimestamp(schema::Now());
  header.tables = checkpoint.header_tables();
  absl::StatusOr<std::unique_ptr<wal::WalWriter>> log = wal::CreateLog(files, paths, header);
  if (!log.ok()) return log.status();
  opened->log = *std::move(log);
  opened->report.recovered = true;
  CheckpointReport report;
  Publisher publisher;  // nobody reads yet
  return checkpoint.Finish(publisher, &report);
}

}  // namespace linedb::engine
