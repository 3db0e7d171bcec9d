#include "engine/table_recovery.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/index/index_files.h"
#include "engine/storage/compacted_file.h"
#include "engine/storage/shown_operations.h"
#include "engine/table_loader.h"
#include "schema/record_codec.h"
#include "schema/schema_document.h"

namespace linedb::engine {
namespace {

// What is wrong stands first: the line of the log, or of the records that it was to change.
absl::Status WhileReplaying(const wal::LogEntry& entry, const std::string& records,
                            const std::string& log, const absl::Status& status) {
  const std::string message(status.message());
  const std::size_t place_end = message.find(": ");
  const bool is_of_records = place_end != message.npos && message.rfind("line ", 0) == 0 &&
                             message.compare(place_end + 2, records.size(), records) == 0;
  if (!is_of_records) return AtPlace(log, status);
  return absl::Status(status.code(), absl::StrCat(message.substr(place_end + 2),
                                                  ", while replaying ", log, " line ", entry.line));
}

}  // namespace

absl::Status TableRecovery::Load(const Catalog& catalog) {
  absl::Status loaded = LoadTables(catalog);
  return loaded.ok() ? Replay(catalog) : loaded;
}

absl::Status TableRecovery::LoadTables(const Catalog& catalog) {
  for (const auto& [name, checkpoint] : log_.header.tables) {
    absl::StatusOr<CatalogEntry> entry = SchemaOf(name, catalog, checkpoint);
    if (!entry.ok()) return entry.status();
    absl::Status loaded = LoadTable(*entry, checkpoint);
    if (!loaded.ok()) return loaded;
  }
  return absl::OkStatus();
}

// An altered table's schema file is renamed into place after the switch of logs, as its records
// are.
absl::StatusOr<CatalogEntry> TableRecovery::SchemaOf(const std::string& table,
                                                     const Catalog& catalog,
                                                     const wal::TableCheckpoint& checkpoint) {
  const std::string file = Short(paths_.Schema(table));
  const auto entry = catalog.find(table);
  if (entry == catalog.end()) {
    return absl::DataLossError(file + " line 1 byte 0: the file is missing");
  }
  if (entry->second.checksum == checkpoint.schema_checksum) {
    return entry->second;
  }
  absl::StatusOr<CatalogEntry> next = ReadNextSchemaFile(files_, paths_, table);
  if (!next.ok() || next->checksum != checkpoint.schema_checksum) {
    return absl::DataLossError(
        absl::StrCat(file, " line 1 byte 0: checksum ", wal::FormatChecksum(entry->second.checksum),
                     ", expected ", wal::FormatChecksum(checkpoint.schema_checksum)));
  }
  if (!writing()) return next;
  absl::Status placed = PlaceNextSchemaFile(files_, paths_, table);
  if (!placed.ok()) return placed;
  Note(absl::StrCat(file, " was put into place, as an alteration had meant to"));
  rewritten_ = true;
  return next;
}

// A compacted file is renamed into place after the switch of logs; a crash in between leaves the
// rename to us. A reader leaves it to the next writer.
absl::StatusOr<std::string> TableRecovery::RecordsPath(const std::string& table,
                                                       const wal::TableCheckpoint& checkpoint) {
  absl::StatusOr<bool> awaits_rename = CompactedAwaitsRename(files_, paths_, table, checkpoint);
  if (!awaits_rename.ok()) return awaits_rename.status();
  if (!*awaits_rename) return paths_.Records(table);
  const std::string compacted = paths_.RecordsCompacted(table);
  if (!writing()) return compacted;
  absl::Status renamed = files_.Rename(compacted, paths_.Records(table));
  if (renamed.ok()) renamed = files_.SyncDirectory(paths_.DataDirectory());
  if (!renamed.ok()) return renamed;
  Note(absl::StrCat(Short(compacted), " was renamed into place, as a checkpoint had meant to"));
  rewritten_ = true;
  return paths_.Records(table);
}

absl::Status TableRecovery::LoadTable(const CatalogEntry& entry,
                                      const wal::TableCheckpoint& checkpoint) {
  const std::string& name = entry.schema.table_name;
  absl::StatusOr<schema::RecordLayout> layout = schema::RecordLayout::Create(entry.schema);
  if (!layout.ok()) return AtPlace(Short(paths_.Schema(name)), layout.status());
  if (const GivenTable* given = FindGiven(name)) {
    auto table = std::make_shared<TableState>(*std::move(layout));
    table->schema_checksum = entry.checksum;
    if (absl::Status taken = TakeGiven(*table, *given); !taken.ok()) return taken;
    tables_[name] = std::move(table);
    return absl::OkStatus();
  }
  absl::StatusOr<std::string> path = RecordsPath(name, checkpoint);
  if (!path.ok()) return path.status();
  absl::StatusOr<std::unique_ptr<wal::File>> file =
      files_.Open(*path, writing() ? wal::OpenMode::kAppend : wal::OpenMode::kRead);
  if (absl::IsNotFound(file.status()) && *path != paths_.Records(name)) {
    // A reader beside a writer, which has renamed it just now.
    path = paths_.Records(name);
    file = files_.Open(*path, wal::OpenMode::kRead);
  }
  if (absl::IsNotFound(file.status())) {
    return absl::DataLossError(absl::StrCat(Short(*path), " line 1 byte 0: the file is missing, ",
                                            "the checkpoint says ", checkpoint.bytes, " bytes"));
  }
  if (!file.ok()) return file.status();
  absl::StatusOr<RecordsFile> records = RecordsFile::Open(*std::move(file), checkpoint.bytes);
  if (!records.ok()) return AtPlace(Short(*path) + " line 1 byte 0", records.status());
  auto table = std::make_shared<TableState>(*std::move(layout));
  table->generation->records = *std::move(records);
  table->schema_checksum = entry.checksum;
  absl::Status loaded =
      LoadRecords(files_, paths_, checkpoint, Short(*path), options_, *table->generation);
  if (!loaded.ok()) return loaded;
  if (writing()) {
    // Of a checkpoint or alteration that did not come about, since the table is whole without it.
    files_.Remove(paths_.RecordsCompacted(name)).IgnoreError();
    files_.Remove(paths_.SchemaNext(name)).IgnoreError();
  }
  tables_[name] = std::move(table);
  return absl::OkStatus();
}

// A table without a file: the checkpoint that follows writes it.
absl::Status TableRecovery::TakeGiven(TableState& table, const GivenTable& given) {
  TableChanges changes(table);
  changes.ExemptFromChecks();  // who gives them has looked at all that is new
  FieldSpans spans(static_cast<std::size_t>(table.layout().column_count()));
  for (std::string_view rest = given.lines; !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(line.size() + 1);
    if (!schema::SplitCanonical(table.layout(), line, table.layout().column_count() - 1,
                                spans.data())) {
      return absl::InternalError(
          absl::StrCat(table.name(), ": not a record of this table: ", std::string(line)));
    }
    changes.BeginLine()->append(line);
    absl::Status taken = changes.FinishLine(WriteMode::kInsert, spans.data()).status();
    if (!taken.ok()) return taken;
  }
  changes.Seal(/*accept_tail=*/false);
  table.generation->written.next_id = LaterKey(given.next_id, table.generation->written.next_id);
  table.generation->Publish(table.generation->written);
  rewritten_ = true;
  return absl::OkStatus();
}

// How much the log adds to each table, at most.
void TableRecovery::MeasureReplay() {
  std::string_view table;
  TableChanges::Replayed* expected = nullptr;
  const std::size_t shown = CountShown(log_.entries);
  for (std::size_t i = shown; i < log_.entries.size(); ++i) {
    const wal::LogEntry& entry = log_.entries[i];
    if (!wal::IsOnRecord(entry.operation)) continue;
    if (expected == nullptr || entry.table != table) {
      table = entry.table;
      expected = &expected_[table];
    }
    expected->bytes += entry.record.size() + 1;
    if (entry.operation == wal::Operation::kInsert) ++expected->records;
    if (entry.operation == wal::Operation::kDelete && expected->records > 0) --expected->records;
  }
}

// The second half of what there is to do with the log: the first was to read it.
void TableRecovery::ReportReplay(const wal::LogEntry& entry, std::uint64_t* next) const {
  if (entry.byte < *next) return;
  *next = entry.byte + wal::kLogProgressBytes;
  if (!options_.progress) return;
  const std::uint64_t bytes = log_.text.size();
  options_.progress({Short(paths_.Log()).c_str(), bytes + entry.byte, 2 * bytes});
}

absl::Status TableRecovery::Replay(const Catalog& catalog) {
  std::uint64_t progress_next = wal::kLogProgressBytes;
  MeasureReplay();
  const std::size_t shown = CountShown(log_.entries);
  for (std::size_t i = 0; i < log_.entries.size(); ++i) {
    const wal::LogEntry& entry = log_.entries[i];
    const bool is_shown_record = i < shown && wal::IsOnRecord(entry.operation);
    absl::Status done = is_shown_record ? absl::OkStatus() : ReplayEntry(entry, catalog);
    if (!done.ok()) {
      return WhileReplaying(entry, Short(paths_.Records(std::string(entry.table))),
                            Short(paths_.Log()), done);
    }
    ++operations_replayed_;
    if (entry.commit) ++transactions_replayed_;
    ReportReplay(entry, &progress_next);
  }
  for (const auto& [name, entry] : catalog) {
    if (tables_.contains(name) || dropped_.contains(name)) continue;
    Note(absl::StrCat(Short(paths_.Schema(name)),
                      " is of a table that the log does not know; it is left alone"));
  }
  return absl::OkStatus();
}

absl::Status TableRecovery::ReplayEntry(const wal::LogEntry& entry, const Catalog& catalog) {
  switch (entry.operation) {
    case wal::Operation::kCreateTable:
      return ReplayCreateTable(entry, catalog);
    case wal::Operation::kDropTable:
      return ReplayDropTable(entry);
    case wal::Operation::kAlterTable:
      return ReplayAlterTable(entry);
    case wal::Operation::kPurge:
    case wal::Operation::kPurged:
      return absl::OkStatus();
    default:
      break;
  }
  if (FindGiven(entry.table) != nullptr) return absl::OkStatus();
  if (TableChanges* changes = ChangesOf(entry.table)) return ReplayOperation(*changes, entry);
  return absl::DataLossError(absl::StrCat("line ", entry.line, " byte ", entry.byte,
                                          ": there is no table ", std::string(entry.table)));
}

// Null if there is no such table. Most operations are on the table of the one before.
TableChanges* TableRecovery::ChangesOf(std::string_view name) {
  if (last_changes_ != nullptr && name == last_table_) return last_changes_;
  const auto table = tables_.find(std::string(name));
  if (table == tables_.end()) return nullptr;
  last_table_ = name;
  last_changes_ = &changes_
                       .try_emplace(table->first, *table->second, expected_[name], kNoLimit,
                                    writing() ? &spill_space_ : nullptr)
                       .first->second;
  return last_changes_;
}

// The header of the log that begins with it does not have the table any more; a crash may have left
// its files. Unless it was made anew since: then they were gone before.
absl::Status TableRecovery::ReplayDropTable(const wal::LogEntry& entry) {
  const std::string name(entry.table);
  if (absl::Status fits = CheckShownByHeader(entry, FindTable(name)); !fits.ok()) return fits;
  dropped_.insert(name);
  const bool made_anew =
      std::any_of(log_.entries.begin(), log_.entries.end(), [&](const wal::LogEntry& other) {
        return other.operation == wal::Operation::kCreateTable && other.table == name;
      });
  if (!writing() || made_anew) return absl::OkStatus();
  bool left = false;
  for (const std::string& path : {paths_.Schema(name), paths_.Records(name)}) {
    left = left || !absl::IsNotFound(files_.Stat(path).status());
  }
  if (!left) return absl::OkStatus();
  rewritten_ = true;
  RemoveOldIndexFiles(files_, paths_, name, nullptr);
  Note(absl::StrCat("the files of table ", name, " were removed, as dropping it had meant to"));
  return RemoveTableFiles(files_, paths_, name);
}

// The header of the log that begins with it shows the table as it is since.
absl::Status TableRecovery::ReplayAlterTable(const wal::LogEntry& entry) {
  return CheckShownByHeader(entry, FindTable(std::string(entry.table)));
}

const TableState* TableRecovery::FindTable(const std::string& name) const {
  const auto table = tables_.find(name);
  return table == tables_.end() ? nullptr : table->second.get();
}

// The log is ahead of the files: a crash may have left neither of the table's.
absl::Status TableRecovery::ReplayCreateTable(const wal::LogEntry& entry, const Catalog& catalog) {
  absl::StatusOr<schema::SchemaDocument> document = schema::ParseSchemaDocument(entry.record);
  if (!document.ok()) {
    return absl::DataLossError(absl::StrCat("line ", entry.line, " byte ", entry.byte, ": ",
                                            std::string(document.status().message())));
  }
  const TableSchema& schema = document->schema;
  const std::uint64_t checksum = wal::ChecksumOf(schema::FormatSchemaDocument(schema));
  const auto known = catalog.find(schema.table_name);
  CatalogEntry made{schema, schema::SchemaFormatOf(schema), checksum};
  if (known != catalog.end() && known->second.checksum != checksum) {
    return absl::DataLossError(absl::StrCat(
        "line ", entry.line, " byte ", entry.byte, ": ", Short(paths_.Schema(schema.table_name)),
        " line 1 byte 0 is not the schema that this line created"));
  }
  // Of an alteration that did not come about.
  if (writing()) files_.Remove(paths_.SchemaNext(schema.table_name)).IgnoreError();
  if (writing() && known == catalog.end()) {
    absl::StatusOr<CatalogEntry> written = WriteSchemaFile(files_, paths_, schema);
    if (!written.ok()) return written.status();
    rewritten_ = true;
  }
  absl::StatusOr<wal::FileInfo> records = files_.Stat(paths_.Records(schema.table_name));
  absl::StatusOr<std::shared_ptr<TableState>> table;
  if (records.ok()) {
    wal::TableCheckpoint nothing;
    nothing.checksum = BlockChecksumOf("");
    absl::Status loaded = LoadTable(made, nothing);
    return loaded;
  }
  if (!absl::IsNotFound(records.status())) return records.status();
  if (writing()) {
    table = NewTable(files_, paths_, made);
    rewritten_ = true;
  } else {
    absl::StatusOr<schema::RecordLayout> layout = schema::RecordLayout::Create(schema);
    if (!layout.ok()) return layout.status();
    table = std::make_shared<TableState>(*std::move(layout));
  }
  if (!table.ok()) return table.status();
  tables_[schema.table_name] = *std::move(table);
  return absl::OkStatus();
}

// More than the log says is what a crash leaves in step 2 of a commit; but so does a log that was
// cut behind a whole transaction, and then it is all that is left to tell of those cut off.
void TableRecovery::NoteMoreThanTail(TableState& table, std::uint64_t surplus_bytes) {
  const RecordsFile& records = table.generation->records;
  const std::uint64_t tail_bytes = records.end() - records.file_bytes();
  if (surplus_bytes <= tail_bytes) return;
  Note(absl::StrCat(Short(paths_.Records(table.name())), " byte ",
                    table.generation->records.file_bytes() + tail_bytes, ": the last ",
                    surplus_bytes - tail_bytes,
                    " bytes are of no transaction in the log and do not count"));
}

absl::Status TableRecovery::NoteSurplus() {
  for (const auto& [name, table] : tables_) {
    if (!table->generation->records.has_file()) continue;
    absl::StatusOr<std::uint64_t> surplus = table->generation->records.SurplusBytes();
    if (!surplus.ok()) return surplus.status();
    NoteMoreThanTail(*table, *surplus);
  }
  return absl::OkStatus();
}

// Proves that the file goes on as the log says, or makes it so.
absl::Status TableRecovery::SettleTail(TableState& table, bool clean) {
  RecordsFile& records = table.generation->records;
  if (!records.has_file()) return absl::OkStatus();
  // After a crash the same bytes are no proof: they may be in the page cache and, after a sync that
  // failed, never reach the disk, however often it is synced again. They are written anew.
  if (clean || records.end() == records.file_bytes()) {
    absl::StatusOr<bool> holds = records.FileHoldsTail();
    if (!holds.ok()) return holds.status();
    if (*holds) return absl::OkStatus();
  }
  rewritten_ = true;
  absl::StatusOr<std::uint64_t> surplus_bytes = records.SurplusBytes();
  if (!surplus_bytes.ok()) return surplus_bytes.status();
  const std::string file = Short(paths_.Records(table.name()));
  // After a crash the surplus is the unfinished transaction's. After a proper end somebody else
  // wrote it (or the log was cut by hand), and it may be all there is of it: it is kept.
  if (clean && *surplus_bytes > 0) {
    absl::StatusOr<std::string> surplus = records.ReadSurplus();
    if (!surplus.ok()) return surplus.status();
    absl::StatusOr<std::string> kept =
        KeepSurplus(files_, paths_.RecordsSurplus(table.name()), *surplus);
    if (!kept.ok()) return kept.status();
    Note(absl::StrCat(file, " byte ", records.file_bytes(),
                      ": what is there is not what the log says; the ", surplus->size(),
                      " bytes after the checkpoint's are kept in ", Short(*kept)));
  } else {
    NoteMoreThanTail(table, *surplus_bytes);
  }
  absl::Status done = records.CutSurplus();
  if (done.ok()) done = records.WriteTail();
  if (done.ok()) done = records.MapTail();
  return done;
}

void TableRecovery::Publish(TableChanges& changes) {
  changes.Seal(/*accept_tail=*/true);
  changes.Publish();
  changes.generation().Settle(kNoLimit, kNoLimit);  // nobody reads yet
}

absl::Status TableRecovery::SettleTails(bool clean) {
  for (auto& [name, table] : tables_) {
    if (absl::Status settled = SettleTail(*table, clean); !settled.ok()) return settled;
    const auto changes = changes_.find(name);
    if (changes != changes_.end()) Publish(changes->second);
  }
  changes_.clear();
  return absl::OkStatus();
}

absl::Status TableRecovery::PublishTails() {
  for (auto& [name, changes] : changes_) {
    if (absl::Status kept = changes.generation().records.KeepTail(); !kept.ok()) return kept;
    Publish(changes);
  }
  changes_.clear();
  return absl::OkStatus();
}

absl::StatusOr<std::string> FreeName(wal::FileSystem& files, const std::string& path) {
  std::string name = path;
  for (int number = 2;; ++number) {
    absl::StatusOr<wal::FileInfo> taken = files.Stat(name);
    if (absl::IsNotFound(taken.status())) return name;
    if (!taken.ok()) return taken.status();
    name = absl::StrCat(path, ".", number);
  }
}

absl::StatusOr<std::string> KeepSurplus(wal::FileSystem& files, const std::string& path,
                                        std::string_view bytes) {
  absl::StatusOr<std::string> name = FreeName(files, path);
  if (!name.ok()) return name;
  absl::Status written = wal::WriteFileAtomically(files, *name, bytes);
  if (!written.ok()) return written;
  return name;
}

absl::StatusOr<std::shared_ptr<TableState>> NewTable(wal::FileSystem& files,
                                                     const wal::DatabasePaths& paths,
                                                     const CatalogEntry& entry) {
  absl::StatusOr<schema::RecordLayout> layout = schema::RecordLayout::Create(entry.schema);
  if (!layout.ok()) return layout.status();
  const std::string path = paths.Records(entry.schema.table_name);
  absl::StatusOr<std::unique_ptr<wal::File>> file = files.Open(path, wal::OpenMode::kCreateNew);
  if (!file.ok()) return file.status();
  absl::Status durable = (*file)->Sync();
  if (durable.ok()) durable = files.SyncDirectory(paths.DataDirectory());
  if (!durable.ok()) return durable;
  absl::StatusOr<RecordsFile> records = RecordsFile::Open(*std::move(file), 0);
  if (!records.ok()) return records.status();
  auto table = std::make_shared<TableState>(*std::move(layout));
  table->generation->records = *std::move(records);
  table->schema_checksum = entry.checksum;
  return table;
}

}  // namespace linedb::engine
