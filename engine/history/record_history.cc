#include "engine/history/record_history.h"

#include <algorithm>
#include <cassert>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/history/log_walk.h"
#include "engine/history/purge_record.h"
#include "engine/history/split_record.h"
#include "engine/storage/carry_over.h"
#include "engine/storage/catalog.h"
#include "schema/record_codec.h"
#include "schema/record_layout.h"
#include "schema/schema_document.h"

namespace linedb::engine {
namespace {

std::string LsnText(const wal::LogEntry& entry) { return absl::StrCat("lsn ", entry.lsn.value); }

class HistoryReader {
 public:
  HistoryReader(std::string_view table, std::string_view key, const VersionVisitor& visit)
      : table_(table), key_(key), visit_(visit) {}

  // The table is one of this schema from here on.
  absl::Status SetSchema(TableSchema schema) {
    absl::StatusOr<schema::RecordLayout> layout = schema::RecordLayout::Create(std::move(schema));
    if (!layout.ok()) return layout.status();
    table_known_ = true;
    layout_ = std::make_unique<schema::RecordLayout>(*std::move(layout));
    absl::StatusOr<std::string> text = schema::KeyTextFromUser(*layout_, layout_->keys()[0], key_);
    key_fault_ = text.status();
    key_fits_ = key_fits_ || text.ok();
    if (text.ok()) last_key_text_ = *text;
    key_text_ = text.ok() ? std::optional(*std::move(text)) : std::nullopt;
    return absl::OkStatus();
  }

  bool Visit(const LoggedOperation& operation) {
    const wal::LogEntry& entry = *operation.entry;
    if (entry.table != table_) return true;
    fault_ = Take(entry, operation.is_original);
    return fault_.ok() && !stopped_;
  }

  bool table_known() const { return table_known_; }
  // Why the key is none of any table of the name; OK if it is one.
  absl::Status key_fault() const { return key_fits_ ? absl::OkStatus() : key_fault_; }
  const absl::Status& fault() const { return fault_; }
  std::uint64_t versions() const { return versions_; }

 private:
  absl::Status Take(const wal::LogEntry& entry, bool is_original) {
    switch (entry.operation) {
      case wal::Operation::kCreateTable:
        live_.clear();
        // The original's log does not say what it created.
        return is_original ? absl::OkStatus() : TakeSchema(entry);
      case wal::Operation::kAlterTable:
        return Alter(entry);
      case wal::Operation::kDropTable:
        Drop(entry);
        return absl::OkStatus();
      case wal::Operation::kInsert:
      case wal::Operation::kUpdate:
      case wal::Operation::kDelete:
        return Change(entry, is_original);
      case wal::Operation::kPurge:
        return TakePurge(entry);
      case wal::Operation::kPurged:
        return absl::OkStatus();  // of which record nobody knows
    }
    assert(false && "an operation without a meaning");
    return absl::OkStatus();
  }

  absl::Status TakeSchema(const wal::LogEntry& entry) {
    absl::StatusOr<schema::SchemaDocument> document = schema::ParseSchemaDocument(entry.record);
    absl::Status done = document.ok() ? SetSchema(std::move(document->schema)) : document.status();
    return done.ok() ? done : AtPlace(LsnText(entry), done);
  }

  absl::Status Alter(const wal::LogEntry& entry) {
    SplitRecord before;
    const std::string old_line = live_;
    const bool was_live =
        layout_ != nullptr && !live_.empty() && before.Set(*layout_, live_, false);
    const std::unique_ptr<schema::RecordLayout> old_layout = std::move(layout_);
    if (absl::Status taken = TakeSchema(entry); !taken.ok()) return taken;
    if (!was_live) return absl::OkStatus();
    SplitRecord after;
    std::string carried;
    // The alteration carried every record over, so it fits, or a function's result follows.
    const bool fits = CarryOver(*old_layout, *layout_, old_line, &carried).ok();
    if (!fits || !after.Set(*layout_, carried, false)) return absl::OkStatus();
    RecordVersion version = VersionOf(entry);
    version.record = live_ = after.line();
    version.old_record = old_line;
    for (int i = 0; i < old_layout->column_count(); ++i) {
      const std::string& name = old_layout->columns()[static_cast<std::size_t>(i)].name;
      if (layout_->FindColumn(name) < 0) version.changed.push_back({name, before.Value(i), {}});
    }
    for (int i = 0; i < layout_->column_count(); ++i) {
      const std::string& name = layout_->columns()[static_cast<std::size_t>(i)].name;
      const int place = old_layout->FindColumn(name);
      const std::string_view old_value = place < 0 ? std::string_view() : before.Value(place);
      if (old_value != after.Value(i)) version.changed.push_back({name, old_value, after.Value(i)});
    }
    Tell(version);
    return absl::OkStatus();
  }

  void Drop(const wal::LogEntry& entry) {
    layout_.reset();
    if (live_.empty()) return;
    const std::string last = std::exchange(live_, {});
    RecordVersion version = VersionOf(entry);
    version.old_record = last;
    Tell(version);
  }

  absl::Status Change(const wal::LogEntry& entry, bool is_original) {
    if (layout_ == nullptr || !key_text_.has_value()) return absl::OkStatus();
    const std::string_view text = entry.record.empty() ? entry.old_record : entry.record;
    if (!first_.Set(*layout_, text, is_original)) {
      if (is_original) return absl::OkStatus();  // of a table of that name that it had before
      return absl::DataLossError(absl::StrCat(LsnText(entry), ": not a record of table ", table_,
                                              ": ", std::string(text)));
    }
    const std::optional<std::string_view> key = first_.Key(*layout_, &scratch_);
    if (key != *key_text_) return absl::OkStatus();
    RecordVersion version = VersionOf(entry);
    const bool has_both = !entry.record.empty() && !entry.old_record.empty();
    if (!entry.record.empty()) version.record = first_.line();
    if (entry.record.empty()) version.old_record = first_.line();
    if (has_both && second_.Set(*layout_, entry.old_record, is_original)) {
      version.old_record = second_.line();
      for (int i = 0; i < layout_->column_count(); ++i) {
        if (first_.Value(i) == second_.Value(i)) continue;
        version.changed.push_back({layout_->columns()[static_cast<std::size_t>(i)].name,
                                   second_.Value(i), first_.Value(i)});
      }
    }
    // Of the table as it was before the alteration whose function migrated it.
    if (has_both && version.old_record.empty()) version.old_record = entry.old_record;
    live_ = version.record;
    Tell(version);
    return absl::OkStatus();
  }

  // That there was something is all that is known from here on of what was before.
  absl::Status TakePurge(const wal::LogEntry& entry) {
    const absl::StatusOr<std::vector<std::uint64_t>> hashes = ReadPurgeRecord(entry.record);
    if (!hashes.ok()) return AtPlace(LsnText(entry), hashes.status());
    const std::string key = key_text_.value_or(last_key_text_);
    if (std::count(hashes->begin(), hashes->end(), wal::ChecksumOf(key)) == 0) {
      return absl::OkStatus();
    }
    live_.clear();
    Tell(VersionOf(entry));
    return absl::OkStatus();
  }

  static RecordVersion VersionOf(const wal::LogEntry& entry) {
    RecordVersion version;
    version.lsn = entry.lsn.value;
    version.transaction = entry.transaction.value;
    version.timestamp = entry.timestamp;
    version.kind = static_cast<ChangeKind>(entry.operation);
    return version;
  }

  void Tell(const RecordVersion& version) {
    ++versions_;
    stopped_ = !visit_(version);
  }

  const std::string table_;
  const std::string key_;
  const VersionVisitor& visit_;

  std::unique_ptr<schema::RecordLayout> layout_;  // null: there is no such table
  std::optional<std::string> key_text_;           // nothing: the key is none of this table
  std::string last_key_text_;                     // of the last table that it is a key of
  std::string live_;                              // the record; empty: none, or not known
  SplitRecord first_;
  SplitRecord second_;
  std::string scratch_;

  bool table_known_ = false;
  bool key_fits_ = false;
  absl::Status key_fault_;
  absl::Status fault_;
  bool stopped_ = false;
  std::uint64_t versions_ = 0;
};

// The schema that the table had before the first operation in the logs: what the first of its
// changes says it was, or what it is. Nothing if there was none.
absl::StatusOr<std::optional<TableSchema>> FirstSchema(wal::FileSystem& files,
                                                       const wal::DatabasePaths& paths,
                                                       std::string_view table) {
  std::optional<std::string> document;  // empty: the table was created
  LogVisitor visitor;
  visitor.operation = [&](const LoggedOperation& operation) {
    const wal::LogEntry& entry = *operation.entry;
    const bool tells = entry.table == table && !operation.is_original &&
                       (entry.operation == wal::Operation::kCreateTable ||
                        entry.operation == wal::Operation::kAlterTable ||
                        entry.operation == wal::Operation::kDropTable);
    if (tells) document = entry.old_record;
    return !tells;
  };
  visitor.note = [](const std::string&) {};
  if (absl::Status walked = WalkLogs(files, paths, {}, visitor); !walked.ok()) return walked;
  if (document.has_value()) {
    if (document->empty()) return std::nullopt;
    absl::StatusOr<schema::SchemaDocument> read = schema::ParseSchemaDocument(*document);
    if (!read.ok()) return read.status();
    return std::move(read->schema);
  }
  absl::StatusOr<Catalog> catalog = ReadCatalog(files, paths);
  if (!catalog.ok()) return catalog.status();
  const auto found = catalog->find(std::string(table));
  if (found == catalog->end()) return std::nullopt;
  return found->second.schema;
}

// What the oldest log there is says of how far back it goes.
struct Beginning {
  std::uint64_t first_lsn = 0;  // 0: the database's beginning
  bool has_table = false;       // the table may be older than the log
};

absl::StatusOr<Beginning> FindBeginning(wal::FileSystem& files, const wal::DatabasePaths& paths,
                                        std::string_view table) {
  std::optional<Beginning> beginning;
  LogVisitor visitor;
  visitor.operation = [&](const LoggedOperation&) { return !beginning.has_value(); };
  visitor.note = [](const std::string&) {};
  visitor.log = [&](const wal::LogHeader* header) {
    if (beginning.has_value()) return;
    beginning.emplace();
    beginning->has_table = header == nullptr || header->tables.contains(std::string(table));
    if (header != nullptr && header->first_lsn.value > 1) {
      beginning->first_lsn = header->first_lsn.value;
    }
  };
  if (absl::Status walked = WalkLogs(files, paths, {}, visitor); !walked.ok()) return walked;
  return beginning.value_or(Beginning{0, true});
}

std::string Since(const Beginning& beginning) {
  if (beginning.first_lsn == 0) return "";
  return absl::StrCat("; the logs begin with lsn ", beginning.first_lsn,
                      ", what was before it is not known");
}

}  // namespace

absl::StatusOr<std::optional<TableSchema>> SchemaBeforeLogs(wal::FileSystem& files,
                                                            const wal::DatabasePaths& paths,
                                                            std::string_view table) {
  const absl::StatusOr<Beginning> beginning = FindBeginning(files, paths, table);
  if (!beginning.ok()) return beginning.status();
  if (!beginning->has_table) return std::nullopt;
  return FirstSchema(files, paths, table);
}

absl::StatusOr<RecordHistoryReport> ReadRecordHistory(wal::FileSystem& files,
                                                      const wal::DatabasePaths& paths,
                                                      std::string_view table, std::string_view key,
                                                      const VersionVisitor& visit) {
  const absl::StatusOr<Beginning> beginning = FindBeginning(files, paths, table);
  if (!beginning.ok()) return beginning.status();
  HistoryReader reader(table, key, visit);
  if (beginning->has_table) {
    absl::StatusOr<std::optional<TableSchema>> schema = FirstSchema(files, paths, table);
    if (!schema.ok()) return schema.status();
    if (schema->has_value()) {
      if (absl::Status set = reader.SetSchema(**std::move(schema)); !set.ok()) return set;
    }
  }
  RecordHistoryReport report;
  report.first_lsn = beginning->first_lsn;
  LogVisitor visitor;
  visitor.operation = [&](const LoggedOperation& operation) { return reader.Visit(operation); };
  visitor.note = [&](const std::string& note) { report.notes.push_back(note); };
  if (absl::Status walked = WalkLogs(files, paths, {}, visitor); !walked.ok()) return walked;
  if (!reader.fault().ok()) return reader.fault();
  if (!reader.table_known()) {
    return absl::NotFoundError(absl::StrCat("neither the database nor its log has a table \"",
                                            std::string(table), "\"", Since(*beginning)));
  }
  if (absl::Status fault = reader.key_fault(); !fault.ok()) return fault;
  report.versions = reader.versions();
  if (report.versions > 0) return report;
  return absl::NotFoundError(absl::StrCat("no version of record ", std::string(key), " of table ",
                                          std::string(table), " is in the logs",
                                          Since(*beginning)));
}

}  // namespace linedb::engine

namespace linedb {

absl::StatusOr<RecordHistoryReport> ReadRecordHistory(
    const std::string& directory, std::string_view table, std::string_view key,
    const std::function<bool(const RecordVersion&)>& visit) {
  return engine::ReadRecordHistory(
      wal::PosixFileSystem(), wal::DatabasePaths(wal::WithoutSlash(directory)), table, key, visit);
}

}  // namespace linedb
