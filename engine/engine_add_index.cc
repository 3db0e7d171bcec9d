// Indexes that come and go with a table's records in place. engine/FORMAT.md numbers the crash
// cases.

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/alteration.h"
#include "engine/engine.h"
#include "engine/index/reindexing.h"
#include "engine/storage/catalog.h"
#include "linedb/indexes.h"
#include "schema/schema_document.h"

namespace linedb::engine {
namespace {

auto FindColumns(TableSchema& schema, const std::vector<std::string>& columns) {
  return std::find_if(schema.indexes.begin(), schema.indexes.end(),
                      [&](const IndexSchema& index) { return index.columns == columns; });
}

std::string Named(std::string_view table, const std::vector<std::string>& columns) {
  return absl::StrCat("table ", std::string(table), ": an index over (",
                      absl::StrJoin(columns, ","), ")");
}

// A new unique key holds for the records, not for what these were before: who reads the file line
// by line would take what is superseded there for a clash.
bool MayClashWithSuperseded(const TableState& table, const schema::RecordLayout& after) {
  const TableExtent& extent = table.generation->written;
  return extent.lines > extent.live && after.keys().size() > table.layout().keys().size();
}

absl::StatusOr<std::unique_ptr<Alteration>> AlterationTo(const TableState& table,
                                                         const TableSchema& after) {
  AlterationRequest request{.wanted = after};
  request.as_logged = request.unchanged_too = true;
  return Alteration::Plan(table.generation->shared_layout(), request);
}

}  // namespace

absl::Status Engine::AddIndex(std::string_view name, const IndexSchema& index) noexcept {
  if (absl::Status usable = CheckUsable(); !usable.ok()) return usable;
  // Before the wait for a checkpoint, which waits for the slot.
  if (absl::Status free = slot_.CheckNotMine(); !free.ok()) return free;
  const std::lock_guard<std::mutex> one_at_a_time(checkpoint_mutex_);
  absl::StatusOr<std::shared_ptr<TableState>> table = ExistingTable(name);
  if (!table.ok()) return table.status();
  TableSchema after = (*table)->layout().schema();
  if (FindColumns(after, index.columns) != after.indexes.end()) {
    return absl::AlreadyExistsError(Named(name, index.columns) + " exists already");
  }
  after.indexes.push_back(index);
  return Reindex(*table, std::move(after));
}

absl::Status Engine::DropIndex(std::string_view name,
                               const std::vector<std::string>& columns) noexcept {
  if (absl::Status usable = CheckUsable(); !usable.ok()) return usable;
  if (absl::Status free = slot_.CheckNotMine(); !free.ok()) return free;
  const std::lock_guard<std::mutex> one_at_a_time(checkpoint_mutex_);
  absl::StatusOr<std::shared_ptr<TableState>> table = ExistingTable(name);
  if (!table.ok()) return table.status();
  TableSchema after = (*table)->layout().schema();
  const auto found = FindColumns(after, columns);
  if (found == after.indexes.end()) {
    return absl::NotFoundError(Named(name, columns) + " does not exist");
  }
  after.indexes.erase(found);
  return Reindex(*table, std::move(after));
}

// What takes long is done beside readers and writers.
absl::Status Engine::Reindex(const std::shared_ptr<TableState>& table, TableSchema after) {
  after.version = CountedVersion(table->layout().schema(), after);
  absl::StatusOr<schema::RecordLayout> layout = schema::RecordLayout::Create(std::move(after));
  if (!layout.ok()) return layout.status();
  if (absl::Status fit = CheckReferencesFit(*layout); !fit.ok()) return fit;
  // Nobody could mend what clashes in a unique one.
  if (absl::Status erased = EraseExpiredOf(*table); !erased.ok()) return erased;
  auto altered = std::make_shared<TableState>(*std::move(layout));
  // Afterwards nothing is frozen, until a checkpoint: and there is none meanwhile.
  absl::Status done = WriteIndexes();
  Reindexing reindexing(*table, altered->generation->shared_layout());
  if (done.ok()) done = reindexing.Read();
  if (done.ok()) done = AcquireSlot();
  if (!done.ok()) return done;
  done = FlushHoldingSlot();
  if (done.ok()) {
    absl::StatusOr<std::shared_ptr<TableGeneration>> made = reindexing.Complete();
    if (made.ok()) altered->generation = *std::move(made);
    done = made.status();
  }
  if (done.ok() && MayClashWithSuperseded(*table, altered->layout())) {
    // The file is written anew, without what is superseded.
    const auto alteration = AlterationTo(*table, altered->layout().schema());
    done = alteration.ok() ? AlterHoldingSlot(table, **alteration, /*rewrites=*/true)
                           : alteration.status();
  } else if (done.ok()) {
    done = ReindexHoldingSlot(table, altered);
  }
  if (done.ok()) commits_.AcknowledgeLog();
  ReleaseSlot();
  if (!done.ok()) return done;
  subscriptions_->Wake();
  RemoveIndexOf(table->name());  // of what was dropped
  maintainer_.Request();
  return done;
}

absl::Status Engine::ReindexHoldingSlot(const std::shared_ptr<TableState>& table,
                                        const std::shared_ptr<TableState>& altered) {
  const std::string& name = table->name();
  const TableSchema& after = altered->layout().schema();
  absl::StatusOr<CatalogEntry> entry = WriteNextSchemaFile(files_, paths_, after);
  if (!entry.ok()) return entry.status();
  altered->schema_checksum = entry->checksum;
  const std::string old_document = schema::FormatSchemaDocumentCompact(table->layout().schema());
  const std::string document = schema::FormatSchemaDocumentCompact(after);
  const wal::LogOperation operation{wal::Operation::kAlterTable, name, document, old_document};
  TablesCheckpoint checkpoint(files_, paths_, options_);
  TableMap tables = Tables();
  tables[name] = altered;
  CheckpointReport report;
  absl::Status done = SwitchLogs({&checkpoint, tables, {&operation, 1}}, &report);
  if (!done.ok()) {
    // Unless nobody knows whether it came about.
    if (commits_.failure().ok()) files_.Remove(paths_.SchemaNext(name)).IgnoreError();
    return done;
  }
  {
    const std::unique_lock<std::shared_mutex> lock(tables_mutex_);
    tables_ = std::move(tables);
    MapReferences();
    Retire(table, "given other indexes: open it again");
  }
  done = PlaceNextSchemaFile(files_, paths_, name);
  if (done.ok()) return done;
  done = absl::InternalError(absl::StrCat(
      std::string(done.message()), "; table ", name,
      " has its new indexes all the same: opening again finishes it, and this handle writes no "
      "more"));
  commits_.Fail(done);
  return done;
}

}  // namespace linedb::engine

namespace linedb {

absl::Status CreateIndex(Database& database, std::string_view table, const IndexSchema& index) {
  return database.engine().AddIndex(table, index);
}

absl::Status DropIndex(Database& database, std::string_view table,
                       const std::vector<std::string>& columns) {
  return database.engine().DropIndex(table, columns);
}

}  // namespace linedb
