#include "engine/history/backup_source.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/storage/block_checksum.h"
#include "engine/storage/catalog.h"
#include "engine/storage/compacted_file.h"
#include "engine/storage/reading_attempts.h"
#include "engine/storage/shown_operations.h"
#include "schema/record_codec.h"
#include "schema/record_layout.h"
#include "schema/schema_document.h"

namespace linedb::engine {
namespace {

// Opening takes moments; a writer that switches logs in each of them is not to be kept up with.
constexpr int kAttemptsMax = 100;

std::string IdentityOf(wal::FileSystem& files, const std::string& path) {
  const absl::StatusOr<wal::FileInfo> info = files.Stat(path);
  return info.ok() ? info->identity : std::string();
}

class SourceOpener {
 public:
  SourceOpener(wal::FileSystem& files, const wal::DatabasePaths& paths)
      : files_(files), paths_(paths) {}

  absl::Status Open();
  // What a commit has written to the .records files, or is about to. Once all are open.
  absl::Status AddTails();
  const std::string& identity() const { return source_.log.identity; }
  BackupSource& source() { return source_; }

 private:
  absl::Status ReadLog();
  absl::Status SyncLog();
  absl::Status OpenTable(const std::string& name, const wal::TableCheckpoint& checkpoint);
  absl::StatusOr<std::string> ReadSchema(const std::string& name, std::uint64_t checksum);
  absl::StatusOr<std::unique_ptr<wal::File>> OpenRecords(const std::string& name,
                                                         const wal::TableCheckpoint& checkpoint);
  absl::Status AddCreated(const wal::LogEntry& entry);
  absl::StatusOr<schema::RecordLayout*> LayoutOf(const std::string& name);
  absl::Status AddTombstone(const wal::LogEntry& entry, SourceTable& table);

  std::string Short(const std::string& path) const { return wal::ShortName(paths_, path); }

  wal::FileSystem& files_;
  const wal::DatabasePaths& paths_;
  BackupSource source_;
  std::map<std::string, schema::RecordLayout> layouts_;
};

absl::Status SourceOpener::ReadLog() {
  absl::StatusOr<Catalog> catalog = ReadCatalog(files_, paths_);
  if (!catalog.ok()) return catalog.status();
  absl::StatusOr<wal::RecoveredLog> log = wal::RecoverLog(files_, paths_, IsOriginal(*catalog));
  if (!log.ok()) return log.status();
  source_.log = *std::move(log);
  if (source_.log.kind == wal::LogKind::kOurs) return SyncLog();
  return absl::FailedPreconditionError(absl::StrCat(
      paths_.directory(), ": in the Python original's format, which has no log to copy from; ",
      "opening it once for writing brings it into ours, and cp -r copies it as it is"));
}

// A disk that cannot sync is the last to be denied a backup, so an error of that is passed over.
// But a write that failed is cut back: what was read of it is then no longer there.
absl::Status SourceOpener::SyncLog() {
  const wal::RecoveredLog& log = source_.log;
  absl::StatusOr<std::unique_ptr<wal::File>> file = files_.Open(paths_.Log(), wal::OpenMode::kRead);
  if (!file.ok()) return file.status();
  if (IdentityOf(files_, paths_.Log()) != log.identity) return absl::OkStatus();  // looked at again
  (*file)->Sync().IgnoreError();
  const std::string_view text = log.text.substr(0, log.position.bytes);
  const std::uint64_t bytes = std::min<std::uint64_t>(text.size(), 64);
  absl::StatusOr<std::string> end = (*file)->ReadAt(text.size() - bytes, bytes);
  if (!end.ok()) return end.status();
  if (*end == text.substr(text.size() - bytes)) return absl::OkStatus();
  return absl::AbortedError(absl::StrCat(Short(paths_.Log()), " was cut back while it was read"));
}

// The schema file, or the one that an alteration is about to put into its place.
absl::StatusOr<std::string> SourceOpener::ReadSchema(const std::string& name,
                                                     std::uint64_t checksum) {
  const std::string path = paths_.Schema(name);
  for (const std::string& each : {path, paths_.SchemaNext(name), path}) {
    absl::StatusOr<std::string> text = wal::ReadFile(files_, each);
    if (absl::IsNotFound(text.status())) continue;
    if (!text.ok() || wal::ChecksumOf(*text) == checksum) return text;
  }
  return absl::DataLossError(absl::StrCat(Short(path), " line 1 byte 0: no file has the checksum ",
                                          wal::FormatChecksum(checksum),
                                          " that the log's header tells of"));
}

absl::StatusOr<std::unique_ptr<wal::File>> SourceOpener::OpenRecords(
    const std::string& name, const wal::TableCheckpoint& checkpoint) {
  absl::StatusOr<bool> awaits = CompactedAwaitsRename(files_, paths_, name, checkpoint);
  if (!awaits.ok()) return awaits.status();
  std::string path = *awaits ? paths_.RecordsCompacted(name) : paths_.Records(name);
  absl::StatusOr<std::unique_ptr<wal::File>> file = files_.Open(path, wal::OpenMode::kRead);
  if (absl::IsNotFound(file.status()) && *awaits) {  // renamed just now
    path = paths_.Records(name);
    file = files_.Open(path, wal::OpenMode::kRead);
  }
  if (absl::IsNotFound(file.status())) {
    return absl::DataLossError(absl::StrCat(Short(path), " line 1 byte 0: the file is missing, ",
                                            "the checkpoint says ", checkpoint.bytes, " bytes"));
  }
  if (!file.ok()) return file;
  absl::StatusOr<std::uint64_t> size = (*file)->Size();
  if (!size.ok()) return size.status();
  if (*size >= checkpoint.bytes) return file;
  return absl::DataLossError(absl::StrCat(Short(path), " line 1 byte ", *size,
                                          ": the file ends here, the checkpoint says ",
                                          checkpoint.bytes, " bytes"));
}

absl::Status SourceOpener::OpenTable(const std::string& name,
                                     const wal::TableCheckpoint& checkpoint) {
  SourceTable table;
  table.checkpoint = checkpoint;
  absl::StatusOr<std::string> schema = ReadSchema(name, checkpoint.schema_checksum);
  if (!schema.ok()) return schema.status();
  table.schema_text = *std::move(schema);
  absl::StatusOr<std::unique_ptr<wal::File>> records = OpenRecords(name, checkpoint);
  if (!records.ok()) return records.status();
  table.records = *std::move(records);
  source_.tables[name] = std::move(table);
  return absl::OkStatus();
}

absl::Status SourceOpener::AddCreated(const wal::LogEntry& entry) {
  absl::StatusOr<schema::SchemaDocument> document = schema::ParseSchemaDocument(entry.record);
  if (!document.ok()) return document.status();
  SourceTable table;
  table.schema_text = schema::FormatSchemaDocument(document->schema);
  table.checkpoint.checksum = BlockChecksum().Total();
  table.checkpoint.schema_checksum = wal::ChecksumOf(table.schema_text);
  source_.tables[std::string(entry.table)] = std::move(table);
  return absl::OkStatus();
}

absl::StatusOr<schema::RecordLayout*> SourceOpener::LayoutOf(const std::string& name) {
  const auto known = layouts_.find(name);
  if (known != layouts_.end()) return &known->second;
  absl::StatusOr<schema::SchemaDocument> document =
      schema::ParseSchemaDocument(source_.tables.at(name).schema_text);
  if (!document.ok()) return document.status();
  absl::StatusOr<schema::RecordLayout> layout = schema::RecordLayout::Create(document->schema);
  if (!layout.ok()) return layout.status();
  return &layouts_.emplace(name, *std::move(layout)).first->second;
}

absl::Status SourceOpener::AddTombstone(const wal::LogEntry& entry, SourceTable& table) {
  absl::StatusOr<schema::RecordLayout*> layout = LayoutOf(std::string(entry.table));
  if (!layout.ok()) return layout.status();
  std::vector<schema::FieldSpan> spans(static_cast<std::size_t>((*layout)->column_count()));
  const int last = (*layout)->column_count() - 1;
  if (!schema::SplitCanonical(**layout, entry.old_record, last, spans.data())) {
    return absl::DataLossError("its record is none of this table's");
  }
  schema::AppendTombstone(**layout, entry.old_record, spans.data(), &table.tail);
  table.tail.push_back('\n');
  return absl::OkStatus();
}

absl::Status SourceOpener::AddTails() {
  const std::vector<wal::LogEntry>& entries = source_.log.entries;
  for (std::size_t i = CountShown(entries); i < entries.size(); ++i) {
    const wal::LogEntry& entry = entries[i];
    if (wal::IsOnLog(entry.operation)) continue;
    absl::Status done;
    const auto table = source_.tables.find(entry.table);
    if (entry.operation == wal::Operation::kCreateTable) {
      done = AddCreated(entry);
    } else if (entry.operation == wal::Operation::kAlterTable ||
               entry.operation == wal::Operation::kDropTable) {
      continue;  // the header shows it
    } else if (table == source_.tables.end()) {
      done = absl::DataLossError(absl::StrCat("there is no table ", std::string(entry.table)));
    } else if (entry.operation == wal::Operation::kDelete) {
      done = AddTombstone(entry, table->second);
    } else {
      absl::StrAppend(&table->second.tail, std::string(entry.record), "\n");
    }
    if (!done.ok()) {
      const std::string place =
          absl::StrCat(Short(paths_.Log()), " line ", entry.line, " byte ", entry.byte);
      return AtPlace(place, done);
    }
  }
  return absl::OkStatus();
}

absl::Status SourceOpener::Open() {
  absl::Status done = ReadLog();
  for (const auto& [name, checkpoint] : source_.log.header.tables) {
    if (done.ok()) done = OpenTable(name, checkpoint);
  }
  return done;
}

}  // namespace

absl::StatusOr<BackupSource> OpenBackupSource(wal::FileSystem& files,
                                              const wal::DatabasePaths& paths) {
  int quiet_attempts = 0;
  for (int attempt = 1;; ++attempt) {
    const std::string identity = IdentityOf(files, paths.Log());
    SourceOpener opener(files, paths);
    absl::Status done = opener.Open();
    const bool switched =
        IdentityOf(files, paths.Log()) != identity || (done.ok() && opener.identity() != identity);
    if (switched && attempt < kAttemptsMax) continue;
    if (!switched && !done.ok() && !absl::IsNotFound(done) && ++quiet_attempts < kQuietAttemptsMax)
      continue;
    if (done.ok() && switched) {
      done = absl::UnavailableError(absl::StrCat(
          paths.directory(), ": its log is switched faster than its files can be opened"));
    }
    if (done.ok()) done = opener.AddTails();
    if (!done.ok()) return done;
    return std::move(opener.source());
  }
}

}  // namespace linedb::engine
