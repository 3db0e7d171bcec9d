#include "engine/engine_slice.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/engine.h"
#include "engine/history/backup_target.h"
#include "engine/history/slice_mask.h"
#include "engine/history/slice_plan.h"
#include "engine/lock_note.h"
#include "engine/storage/new_directory.h"
#include "linedb/table_core.h"
#include "schema/record_codec.h"
#include "schema/schema_document.h"

namespace linedb::engine {
namespace {

Options WorkOptions() {
  Options options;
  options.maintenance = Maintenance::kManual;
  options.durability = Durability::kProcess;  // closing syncs
  options.archives_kept = 1'000'000;
  options.clock = BeforeAllTimes;  // what was done is done again
  return options;
}

// The state before, as the first checkpoint of a database whose log goes on where the original's
// did: so the transactions, done again by the engine, have their numbers.
class Slicer {
 public:
  Slicer(wal::FileSystem& files, const SlicePlan& plan, NewDirectory& target)
      : files_(files), plan_(plan), target_(target) {}

  // The id of the new database.
  absl::StatusOr<std::string> Run() {
    absl::Status done = Open();
    if (done.ok()) done = PlaceTables();
    if (done.ok()) done = RestartBehindTables();
    for (const std::vector<SlicedOperation>& transaction : plan_.transactions) {
      if (done.ok()) done = Replay(transaction);
    }
    if (done.ok() && engine_->Stats().last_lsn != plan_.last.value) {
      done = absl::InternalError(absl::StrCat("the transactions, done again, end with lsn ",
                                              engine_->Stats().last_lsn, ", expected ",
                                              plan_.last.value));
    }
    if (engine_ != nullptr) done.Update(engine_->Close());
    if (done.ok()) done = target_.Finish();
    if (!done.ok()) return done;
    return database_;
  }

 private:
  absl::Status Open() {
    engine_.reset();
    absl::StatusOr<std::unique_ptr<Engine>> engine =
        Engine::Open(nullptr, files_, target_.work().directory(), WorkOptions());
    if (!engine.ok()) return engine.status();
    engine_ = *std::move(engine);
    engine_->LeaveReferencesUnchecked();  // they held in the whole database
    database_ = engine_->Stats().database;
    return absl::OkStatus();
  }

  absl::Status PlaceTables() {
    for (const auto& [name, table] : plan_.tables) {
      absl::Status done = engine_->CreateTable(table.schema);
      if (!done.ok()) return done;
      std::vector<SlicedOperation> records;
      for (const std::string& record : table.records) {
        records.push_back({wal::Operation::kInsert, name, record, {}});
      }
      if (!records.empty()) done = ReplayChanges(records);
      if (!done.ok()) return done;
    }
    return absl::OkStatus();
  }

  absl::Status RestartBehindTables() {
    absl::Status done = engine_->Checkpoint().status();
    const wal::Lsn last{engine_->Stats().last_lsn};
    done.Update(engine_->Close());
    engine_.reset();
    if (!done.ok()) return done;
    absl::StatusOr<wal::LogHeader> header = target_.ReadHeader(last);
    if (!header.ok()) return header.status();
    header->first_lsn = plan_.first;
    header->first_transaction = plan_.first_transaction;
    done = target_.Restart(*std::move(header));
    return done.ok() ? Open() : done;
  }

  absl::Status Replay(const std::vector<SlicedOperation>& transaction) {
    const SlicedOperation& first = transaction.front();
    switch (first.operation) {
      case wal::Operation::kCreateTable:
      case wal::Operation::kAlterTable: {
        absl::StatusOr<schema::SchemaDocument> document = schema::ParseSchemaDocument(first.record);
        if (!document.ok()) return document.status();
        return first.operation == wal::Operation::kCreateTable
                   ? engine_->CreateTable(document->schema)
                   : engine_->RepeatAlteration(document->schema, Migrated(transaction));
      }
      case wal::Operation::kDropTable:
        return engine_->DropTable(first.table);
      case wal::Operation::kPurge:
      case wal::Operation::kPurged:  // no plan has them
      case wal::Operation::kInsert:
      case wal::Operation::kUpdate:
      case wal::Operation::kDelete:
        break;
    }
    return ReplayChanges(transaction);
  }

  // What a program's functions made of the records when the table was altered.
  static std::vector<std::string> Migrated(const std::vector<SlicedOperation>& transaction) {
    std::vector<std::string> migrated;
    for (std::size_t i = 1; i < transaction.size(); ++i) migrated.push_back(transaction[i].record);
    return migrated;
  }

  absl::Status ReplayChanges(const std::vector<SlicedOperation>& changes) {
    absl::StatusOr<std::unique_ptr<Transaction>> begun = engine_->Begin();
    if (!begun.ok()) return begun.status();
    WriteTransaction transaction(*std::move(begun));
    for (const SlicedOperation& change : changes) {
      if (absl::Status done = Apply(transaction, change); !done.ok()) return done;
    }
    return transaction.Commit();
  }

  absl::Status Apply(WriteTransaction& transaction, const SlicedOperation& change) {
    TableState* table = engine_->FindTable(change.table);
    if (table == nullptr) return absl::NotFoundError("no table " + change.table);
    const TableCore core(engine_.get(), table);
    const schema::RecordLayout& layout = table->layout();
    const bool erases = change.record.empty();
    const std::string& line = erases ? change.old_record : change.record;
    std::vector<schema::FieldSpan> spans(static_cast<std::size_t>(layout.column_count()));
    if (!schema::SplitCanonical(layout, line, layout.column_count() - 1, spans.data())) {
      return absl::DataLossError(absl::StrCat("not a record of table ", change.table, ": ", line));
    }
    if (!erases) {
      core.BeginLine(transaction)->append(line);
      const bool inserts = change.operation == wal::Operation::kInsert;
      return core.WriteLine(transaction, inserts ? WriteMode::kInsert : WriteMode::kUpdate,
                            spans.data());
    }
    std::string scratch;
    const std::optional<std::string_view> key =
        schema::KeyTextOf(layout.keys()[0], line, spans.data(), &scratch);
    return core.Erase(transaction, key.value_or(""));
  }

  wal::FileSystem& files_;
  const SlicePlan& plan_;
  NewDirectory& target_;
  std::unique_ptr<Engine> engine_;
  std::string database_;
};

}  // namespace

absl::StatusOr<SliceReport> SliceDirectory(wal::FileSystem& files, const std::string& directory,
                                           const std::string& target, const SliceOptions& options) {
  absl::StatusOr<SlicePlan> plan =
      PlanSlice(files, wal::DatabasePaths(directory), wal::Lsn{options.first_lsn},
                wal::Lsn{options.last_lsn});
  if (!plan.ok()) return plan.status();
  if (absl::Status apart = CheckApart(files, directory, target); !apart.ok()) return apart;
  SliceReport report;
  absl::StatusOr<std::uint64_t> masked = MaskSlice(options.mask, options.mask_secret, &*plan);
  if (!masked.ok()) return masked.status();
  report.values_masked = *masked;
  report.first_lsn = plan->first.value;
  report.last_lsn = plan->last.value;
  report.transactions = plan->transactions.size();
  report.operations = plan->operations();
  report.tables = plan->tables.size();
  report.records_before = plan->records();
  report.notes = plan->notes;
  if (options.dry_run) return report;
  absl::StatusOr<std::unique_ptr<NewDirectory>> made =
      NewDirectory::Begin(files, wal::DatabasePaths(target),
                          {"slice", "slicing", "{\"slice_of\":\"a database\"}\n", MakeLockNote()});
  if (!made.ok()) return made.status();
  absl::StatusOr<std::string> database = Slicer(files, *plan, **made).Run();
  if (!database.ok()) {
    (*made)->Abandon();
    return database.status();
  }
  report.database = *database;
  return report;
}

}  // namespace linedb::engine
