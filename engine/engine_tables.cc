// Creating and dropping tables. engine/FORMAT.md numbers the crash cases.

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "engine/engine.h"
#include "engine/nearest_name.h"
#include "engine/references/reference_map.h"
#include "engine/storage/catalog.h"
#include "engine/table_recovery.h"
#include "engine/unfinished.h"
#include "schema/record_codec.h"
#include "schema/schema_document.h"
#include "schema/time_text.h"

namespace linedb::engine {
absl::Status Engine::CheckNewTable(const TableSchema& schema) const {
  absl::StatusOr<schema::RecordLayout> layout = schema::RecordLayout::Create(schema);
  if (!layout.ok()) return layout.status();
  for (const auto& [name, table] : tables_) {
    if (absl::AsciiStrToLower(name) != absl::AsciiStrToLower(schema.table_name)) continue;
    return absl::AlreadyExistsError(
        name == schema.table_name
            ? absl::StrCat("table ", name, " exists already")
            : absl::StrCat("table ", schema.table_name, " differs from table ", name,
                           " in case only, which not every file system can tell apart"));
  }
  const std::string path = paths_.Schema(schema.table_name);
  if (files_.Stat(path).ok()) {
    return absl::FailedPreconditionError(absl::StrCat(
        wal::ShortName(paths_, path),
        " is in the way: the log does not know that table; move the file elsewhere first"));
  }
  return CheckReferencesFit(*layout);
}

// What needs room comes before the log knows the table; behind it there is only a rename.
absl::Status Engine::CreateTable(const TableSchema& schema) noexcept {
  absl::Status acquired = AcquireSlot();
  if (!acquired.ok()) return acquired;
  TableSchema created = schema;
  if (created.created_at.empty()) created.created_at = schema::FormatTimestamp(schema::Now());
  absl::Status done = CheckDirectory();
  if (done.ok()) done = CheckNewTable(created);
  if (done.ok()) done = schema::NormalizeSchema(&created);
  if (done.ok()) done = MoveStrayRecordsAside(created.table_name);
  if (done.ok()) done = CreateHoldingSlot(created);
  ReleaseSlot();
  if (done.ok()) subscriptions_->Wake();
  return done;
}

absl::Status Engine::CreateHoldingSlot(const TableSchema& schema) {
  const std::string& name = schema.table_name;
  absl::StatusOr<std::shared_ptr<TableState>> table = MakeTable(schema);
  // A failed sync leaves unknown what is on the disk, of a folder too.
  if (absl::IsInternal(table.status())) commits_.Fail(table.status());
  absl::Status logged = table.ok() ? LogCreation(schema) : table.status();
  if (!logged.ok() && commits_.failure().ok()) {
    files_.Remove(paths_.SchemaNext(name)).IgnoreError();
    files_.Remove(paths_.Records(name)).IgnoreError();
    return logged;
  }
  // It is in the log, so it exists; opening again places its schema file.
  absl::Status done = logged.ok() ? PlaceNextSchemaFile(files_, paths_, name) : logged;
  if (done.ok()) {
    NoteExpiring({{name, *table}});
    const std::unique_lock<std::shared_mutex> lock(tables_mutex_);
    tables_[name] = *std::move(table);
    MapReferences();
    return done;
  }
  commits_.Fail(done);
  return absl::Status(
      done.code(),
      absl::StrCat(std::string(done.message()), "; whether table ", name,
                   " exists is unknown until the database is opened again, and this handle writes "
                   "no more"));
}

// Records of a table that the log does not know are in the way, but not ours to delete, unless
// there are none: a creation that did not come about. They go before the log knows the table:
// recovery would cut them as what the log does not vouch for.
absl::Status Engine::MoveStrayRecordsAside(const std::string& table) {
  const std::string path = paths_.Records(table);
  const absl::StatusOr<wal::FileInfo> stray = files_.Stat(path);
  if (absl::IsNotFound(stray.status())) return absl::OkStatus();
  if (!stray.ok()) return stray.status();
  if (stray->bytes == 0) return files_.Remove(path);
  absl::StatusOr<std::string> aside = FreeName(files_, paths_.RecordsSurplus(table));
  if (!aside.ok()) return aside.status();
  absl::Status moved = files_.Rename(path, *aside);
  return moved.ok() ? files_.SyncDirectory(paths_.DataDirectory()) : moved;
}

absl::Status Engine::LogCreation(const TableSchema& schema) {
  const std::string document = schema::FormatSchemaDocumentCompact(schema);
  const wal::LogOperation operation{wal::Operation::kCreateTable, schema.table_name, document, {}};
  GroupCommit::Ticket ticket;
  absl::Status queued = commits_.Queue(ticket, operation);
  return queued.ok() ? commits_.Wait(ticket) : queued;
}

absl::StatusOr<std::shared_ptr<TableState>> Engine::MakeTable(const TableSchema& schema) {
  absl::StatusOr<CatalogEntry> entry = WriteNextSchemaFile(files_, paths_, schema);
  if (!entry.ok()) return entry.status();
  return NewTable(files_, paths_, *entry);
}

absl::StatusOr<std::shared_ptr<TableState>> Engine::ExistingTable(std::string_view name) const {
  const TableMap tables = Tables();
  const auto found = tables.find(std::string(name));
  if (found != tables.end()) return found->second;
  return absl::NotFoundError(NoSuchTable(name, TableNames()));
}

// Whoever holds the table is told what became of it. What it had open is closed and freed when the
// last snapshot and scan that read it end.
void Engine::Retire(const std::shared_ptr<TableState>& table, const std::string& why) {
  {
    const std::unique_lock<std::shared_mutex> lock(table->mutex);
    table->retired =
        absl::FailedPreconditionError(absl::StrCat("table ", table->name(), " was ", why));
  }
  publisher_.Replace(*table, std::make_shared<TableGeneration>(table->generation->shared_layout()));
  retired_.push_back(table);
}

absl::Status Engine::DropTable(std::string_view name) noexcept {
  if (absl::Status usable = CheckUsable(); !usable.ok()) return usable;
  // Before the wait for a checkpoint, which waits for the slot.
  if (absl::Status free = slot_.CheckNotMine(); !free.ok()) return free;
  const std::lock_guard<std::mutex> one_at_a_time(checkpoint_mutex_);
  absl::StatusOr<std::shared_ptr<TableState>> table = ExistingTable(name);
  if (!table.ok()) return table.status();
  absl::Status done = AcquireSlot();
  if (!done.ok()) return done;
  done = FlushHoldingSlot();
  if (done.ok()) done = CheckNotReferenced(*references_, **table);
  if (done.ok()) done = DropHoldingSlot(*table);
  if (done.ok()) commits_.AcknowledgeLog();
  ReleaseSlot();
  if (!done.ok()) return done;
  subscriptions_->Wake();
  RemoveIndexOf((*table)->name());
  maintainer_.Request();
  return done;
}

absl::Status Engine::DropHoldingSlot(const std::shared_ptr<TableState>& table) {
  const std::string name = table->name();
  const std::string schema = schema::FormatSchemaDocumentCompact(table->layout().schema());
  const wal::LogOperation operation{wal::Operation::kDropTable, name, {}, schema};
  TablesCheckpoint checkpoint(files_, paths_, options_);
  TableMap tables = Tables();
  tables.erase(name);
  CheckpointReport report;
  absl::Status done = SwitchLogs({&checkpoint, tables, {&operation, 1}}, &report);
  if (!done.ok()) return done;
  {
    const std::unique_lock<std::shared_mutex> lock(tables_mutex_);
    tables_ = std::move(tables);
    MapReferences();
    Retire(table, "dropped");
  }
  // The log says that there is no such table; what of its files a failure leaves, opening removes.
  done = RemoveTableFiles(files_, paths_, name);
  if (done.ok()) return done;
  done = HappenedUnfinished(done, name, "dropped");
  commits_.Fail(done);
  return done;
}

}  // namespace linedb::engine
