#include "engine/repair/repair_tables.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/storage/catalog.h"
#include "schema/record_codec.h"
#include "schema/schema_document.h"
#include "wal/mend_line.h"

namespace linedb::engine {
namespace {

// Lines of a table that are tried with a schema to find out whether it is the table's.
constexpr int kLinesTried = 1000;

// What the logs say of a table's schema, from its last creation on.
struct LoggedSchemas {
  std::vector<LoggedChange> changes;  // CREATE_TABLE and ALTER_TABLE
  wal::Lsn created;
  bool dropped = false;
  std::string before;  // the document that the first of them, an alteration, took away
  bool used = false;   // there are operations on its records since
};

struct Candidate {
  std::string text;
  TableSchema schema;
  std::string source;
};

// Everything in the folder that a name is part of: "student" of "student.schema.json.next".
std::set<std::string> TablesIn(wal::FileSystem& files, const std::string& directory,
                               std::optional<std::string> (*table_of)(std::string_view)) {
  std::set<std::string> tables;
  const absl::StatusOr<std::vector<std::string>> names = files.List(directory);
  if (!names.ok()) return tables;
  for (const std::string& name : *names) {
    const std::string_view stem = std::string_view(name).substr(
        0, name.ends_with(".next") ? name.size() - 5
                                   : name.size() - (name.ends_with(".compacted") ? 10 : 0));
    if (std::optional<std::string> table = table_of(stem)) tables.insert(*std::move(table));
  }
  return tables;
}

class TableFinder {
 public:
  TableFinder(wal::FileSystem& files, const wal::DatabasePaths& paths, const RepairLogs& logs,
              LastWriter last_writer, const std::vector<TableSchema>& given, DamageList* list)
      : files_(files),
        paths_(paths),
        logs_(logs),
        last_writer_(last_writer),
        given_(given),
        list_(*list) {}

  absl::StatusOr<std::vector<FoundTable>> Find();

 private:
  void ReadLogs();
  bool Exists(const std::string& name) const;
  absl::Status Add(const std::string& name);
  absl::Status AddFile(const std::string& path, const std::string& table, bool is_needed);
  void AddMended(const std::string& text, const std::string& table);
  void AddDocument(std::string_view document, const std::string& table, const std::string& source);
  const Candidate* Choose(const FoundTable& table) const;
  int CountFitting(const TableSchema& schema) const;
  void TellFile(const FoundTable& table, const Candidate* chosen);

  wal::FileSystem& files_;
  const wal::DatabasePaths& paths_;
  const RepairLogs& logs_;
  const LastWriter last_writer_;
  const std::vector<TableSchema>& given_;
  DamageList& list_;

  std::set<std::string> with_schema_;
  std::set<std::string> with_records_;
  std::map<std::string, LoggedSchemas, std::less<>> logged_;
  std::vector<FoundTable> found_;

  // Of the table at hand.
  std::vector<Candidate> candidates_;  // the likeliest first
  std::optional<std::string> file_text_;
  std::string file_fault_;
  absl::Status newer_;   // a file of a newer version, unless it is one by damage
  std::string records_;  // the beginning of its file
};

void TableFinder::ReadLogs() {
  for (const LoggedChange& change : logs_.changes()) {
    LoggedSchemas& table = logged_[std::string(change.entry->table)];
    switch (change.entry->operation) {
      case wal::Operation::kCreateTable:
        table = LoggedSchemas();
        table.created = change.entry->lsn;
        table.changes.push_back(change);
        break;
      case wal::Operation::kAlterTable:
        if (table.changes.empty()) table.before = std::string(change.entry->old_record);
        table.changes.push_back(change);
        break;
      case wal::Operation::kDropTable:
        table = LoggedSchemas();
        table.created = change.entry->lsn;
        table.dropped = true;
        break;
      default:
        table.used = true;
        table.dropped = false;  // its creation is what is lost
    }
  }
}

// The header and the operations behind it say which tables there are; where these are damaged, the
// files count.
bool TableFinder::Exists(const std::string& name) const {
  const auto logged = logged_.find(name);
  const LoggedSchemas* in_logs = logged == logged_.end() ? nullptr : &logged->second;
  const wal::LogHeader* header = logs_.header();
  if (header != nullptr && header->tables.contains(name)) return true;
  if (in_logs != nullptr && in_logs->dropped) return false;
  if (header != nullptr) {
    if (in_logs != nullptr && in_logs->created >= header->first_lsn) return true;
    // Its creation may be what is lost.
    if (in_logs != nullptr && in_logs->used && in_logs->changes.empty()) return true;
    const bool may_be_new = last_writer_ == LastWriter::kClosed || logs_.is_current_damaged();
    return may_be_new && in_logs == nullptr && with_schema_.contains(name) &&
           with_records_.contains(name);
  }
  return in_logs != nullptr || with_schema_.contains(name) || with_records_.contains(name);
}

void TableFinder::AddDocument(std::string_view document, const std::string& table,
                              const std::string& source) {
  absl::StatusOr<schema::SchemaDocument> read = schema::ParseSchemaDocument(document);
  if (!read.ok() || read->schema.table_name != table) return;
  std::string text = schema::FormatSchemaDocument(read->schema);
  candidates_.push_back({std::move(text), std::move(read->schema), source});
}

absl::Status TableFinder::AddFile(const std::string& path, const std::string& table,
                                  bool is_needed) {
  absl::StatusOr<std::string> text = wal::ReadFile(files_, path);
  if (absl::IsNotFound(text.status())) {
    if (is_needed) file_fault_ = "the file is missing";
    return absl::OkStatus();
  }
  if (!text.ok()) return text.status();
  if (is_needed) {
    file_text_ = *text;
    AddMended(*text, table);
  }
  absl::StatusOr<schema::SchemaDocument> read = schema::ParseSchemaDocument(*text);
  if (!read.ok()) {
    if (is_needed) file_fault_ = std::string(read.status().message());
    if (absl::IsFailedPrecondition(read.status())) {
      newer_ = AtPlace(wal::ShortName(paths_, path), read.status());
    }
    return absl::OkStatus();
  }
  if (read->schema.table_name != table) {
    if (is_needed) {
      file_fault_ = absl::StrCat("it is the schema of table \"", read->schema.table_name, "\"");
    }
    return absl::OkStatus();
  }
  candidates_.push_back({*text, std::move(read->schema), wal::ShortName(paths_, path)});
  return absl::OkStatus();
}

// One wrong byte of it, put right.
void TableFinder::AddMended(const std::string& text, const std::string& table) {
  if (logs_.header() == nullptr) return;
  const auto checkpoint = logs_.header()->tables.find(table);
  if (checkpoint == logs_.header()->tables.end()) return;
  const std::uint64_t checksum = checkpoint->second.schema_checksum;
  if (wal::ChecksumOf(text) == checksum) return;
  const std::optional<std::string> mended = wal::MendText(text, checksum);
  if (!mended.has_value()) return;
  absl::StatusOr<schema::SchemaDocument> read = schema::ParseSchemaDocument(*mended);
  if (read.ok()) {
    candidates_.push_back({*mended, std::move(read->schema), "its checksum in the log"});
  }
}

int TableFinder::CountFitting(const TableSchema& schema) const {
  const absl::StatusOr<schema::RecordLayout> layout = schema::RecordLayout::Create(schema);
  if (!layout.ok()) return -1;
  int fitting = 0;
  std::vector<schema::FieldSpan> spans;
  std::string record;
  std::size_t begin = 0;
  for (int tried = 0; tried < kLinesTried && begin < records_.size(); ++tried) {
    const std::size_t end = std::min(records_.find('\n', begin), records_.size());
    const std::string_view line = std::string_view(records_).substr(begin, end - begin);
    record.clear();
    const bool fits = schema::CanonicalizeRecord(*layout, line, {}, &record, &spans, nullptr).ok();
    fitting += fits && record == line ? 1 : 0;
    begin = end + 1;
  }
  return fitting;
}

const Candidate* TableFinder::Choose(const FoundTable& table) const {
  if (candidates_.empty()) return nullptr;
  const auto logged = logged_.find(table.name);
  const bool since = table.checkpoint == nullptr && logs_.header() != nullptr &&
                     logged != logged_.end() && logged->second.created >= logs_.header()->first_lsn;
  if (since) return &candidates_.front();  // what created it
  if (table.checkpoint != nullptr) {
    for (const Candidate& candidate : candidates_) {
      if (wal::ChecksumOf(candidate.text) == table.checkpoint->schema_checksum) return &candidate;
    }
  }
  const Candidate* best = nullptr;
  int most = -1;
  for (const Candidate& candidate : candidates_) {
    const int fitting = CountFitting(candidate.schema);
    if (fitting > most) {
      most = fitting;
      best = &candidate;
    }
  }
  return best;
}

void TableFinder::TellFile(const FoundTable& table, const Candidate* chosen) {
  const bool is_chosen = chosen != nullptr && file_text_ == chosen->text;
  const bool is_other = is_chosen && table.checkpoint != nullptr &&
                        wal::ChecksumOf(chosen->text) != table.checkpoint->schema_checksum;
  if (is_chosen && !is_other && file_fault_.empty()) return;
  // A crash may have left the rename of an altered schema, or a new table's, to the next opening.
  const bool waits = last_writer_ == LastWriter::kCrashed && chosen != nullptr &&
                     (chosen->source == wal::ShortName(paths_, paths_.SchemaNext(table.name)) ||
                      table.checkpoint == nullptr);
  if (waits && (file_fault_ == "the file is missing" || file_fault_.empty())) return;
  DamagedLine line;
  line.file = wal::ShortName(paths_, paths_.Schema(table.name));
  line.table = table.name;
  line.reason = file_fault_.empty() ? "not the schema that the log tells of" : file_fault_;
  line.bytes = file_text_.value_or("");
  line.fate = chosen == nullptr ? Fate::kLost : Fate::kRecovered;
  if (chosen != nullptr && !is_other) line.source = chosen->source;
  if (is_other) {
    line.reason += ", but nothing else tells it";
    line.fate = CountFitting(chosen->schema) > 0 ? Fate::kKept : Fate::kLost;
  }
  list_.Add(std::move(line));
}

absl::Status TableFinder::Add(const std::string& name) {
  candidates_.clear();
  file_text_.reset();
  file_fault_.clear();
  newer_ = absl::OkStatus();
  absl::StatusOr<std::unique_ptr<wal::File>> records =
      files_.Open(paths_.Records(name), wal::OpenMode::kRead);
  records_.clear();
  if (records.ok()) {
    absl::StatusOr<std::string> bytes = (*records)->ReadAt(0, std::uint64_t{1} << 18);
    if (bytes.ok()) records_ = *std::move(bytes);
  }
  FoundTable table;
  table.name = name;
  const auto logged = logged_.find(name);
  if (logged != logged_.end()) {
    table.created = logged->second.created;
    const auto& changes = logged->second.changes;
    if (!changes.empty()) table.altered = changes.back().entry->lsn;
    for (auto change = changes.rbegin(); change != changes.rend(); ++change) {
      AddDocument(change->entry->record, name, change->Place());
    }
    AddDocument(logged->second.before, name, "the log, as of before an alteration");
  }
  if (logs_.header() != nullptr) {
    const auto checkpoint = logs_.header()->tables.find(name);
    if (checkpoint != logs_.header()->tables.end()) table.checkpoint = &checkpoint->second;
  }
  absl::Status read = AddFile(paths_.Schema(name), name, /*is_needed=*/true);
  if (read.ok()) read = AddFile(paths_.SchemaNext(name), name, /*is_needed=*/false);
  if (!read.ok()) return read;

  const Candidate* chosen = Choose(table);
  std::optional<Candidate> by_hand;
  for (const TableSchema& schema : given_) {
    if (schema.table_name != name) continue;
    by_hand = Candidate{schema::FormatSchemaDocument(schema), schema, "given"};
    chosen = &*by_hand;
  }
  if (chosen == nullptr && !newer_.ok()) return newer_;
  TellFile(table, chosen);
  if (chosen != nullptr) {
    absl::StatusOr<schema::RecordLayout> layout = schema::RecordLayout::Create(chosen->schema);
    if (!layout.ok()) return layout.status();
    table.layout = *std::move(layout);
    table.schema_text = chosen->text;
  }
  found_.push_back(std::move(table));
  return absl::OkStatus();
}

absl::StatusOr<std::vector<FoundTable>> TableFinder::Find() {
  ReadLogs();
  with_schema_ = TablesIn(files_, paths_.SchemaDirectory(), wal::TableOfSchemaFile);
  with_records_ = TablesIn(files_, paths_.DataDirectory(), wal::TableOfRecordsFile);
  std::set<std::string> names = with_schema_;
  names.insert(with_records_.begin(), with_records_.end());
  for (const auto& [name, table] : logged_) names.insert(name);
  if (logs_.header() != nullptr) {
    for (const auto& [name, table] : logs_.header()->tables) names.insert(name);
  }
  for (const std::string& name : names) {
    if (!Exists(name)) continue;
    if (absl::Status added = Add(name); !added.ok()) return added;
  }
  return std::move(found_);
}

}  // namespace

absl::StatusOr<std::vector<FoundTable>> FindTables(wal::FileSystem& files,
                                                   const wal::DatabasePaths& paths,
                                                   const RepairLogs& logs, LastWriter last_writer,
                                                   const std::vector<TableSchema>& given,
                                                   DamageList* list) {
  return TableFinder(files, paths, logs, last_writer, given, list).Find();
}

}  // namespace linedb::engine
