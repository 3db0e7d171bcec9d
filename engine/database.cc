#include "linedb/database.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/engine.h"
#include "engine/engine_exchange.h"
#include "engine/engine_history.h"
#include "engine/engine_repair.h"
#include "engine/engine_slice.h"
#include "engine/nearest_name.h"
#include "engine/verify.h"
#include "linedb/evolution.h"

namespace linedb {

namespace {

// An older program has nothing to plan: what it does not know may be all that differs.
absl::Status CheckSameSchema(const TableSchema& stored, const TableSchema& expected) {
  const EvolutionPlan plan = PlanEvolution(stored, expected);
  if (!plan.bars_opening()) return absl::OkStatus();
  for (const EvolutionStep& step : plan.steps) {
    const bool is_newer =
        step.kind == StepKind::kChangeVersion && step.step_class == StepClass::kRefused;
    if (is_newer) return absl::FailedPreconditionError(step.sentence);
  }
  return absl::FailedPreconditionError(
      absl::StrCat("table ", expected.table_name, ": the program's description differs from the ",
                   "stored schema (", absl::StrJoin(SchemaDifferences(stored, expected), "; "),
                   "); Migrate (linedb/migrate.h) would:\n", plan.ToText()));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Database>> Database::Open(const std::string& directory,
                                                         const Options& options) {
  const std::string path = wal::WithoutSlash(directory);
  if (path.empty()) return absl::InvalidArgumentError("the directory's name is empty");
  absl::StatusOr<std::unique_ptr<engine::Engine>> engine =
      engine::Engine::Open(nullptr, wal::PosixFileSystem(), path, options);
  if (!engine.ok()) return engine.status();
  return std::unique_ptr<Database>(new Database(*std::move(engine)));
}

absl::StatusOr<std::unique_ptr<Database>> Database::OpenInMemory(const Options& options) {
  std::unique_ptr<wal::FileSystem> files = wal::NewMemoryFileSystem();
  wal::FileSystem& reference = *files;
  absl::StatusOr<std::unique_ptr<engine::Engine>> engine =
      engine::Engine::Open(std::move(files), reference, "memory", options);
  if (!engine.ok()) return engine.status();
  return std::unique_ptr<Database>(new Database(*std::move(engine)));
}

Database::Database(std::unique_ptr<engine::Engine> engine) : engine_(std::move(engine)) {}
Database::~Database() = default;

absl::Status Database::Close() { return engine_->Close(); }

absl::StatusOr<engine::TableCore> Database::OpenCore(std::string_view table) {
  engine::TableState* state = engine_->FindTable(table);
  if (state != nullptr) return engine::TableCore(engine_.get(), state);
  return absl::NotFoundError(engine::NoSuchTable(table, engine_->TableNames()));
}

absl::StatusOr<engine::TableCore> Database::OpenOrCreate(const TableSchema& expected,
                                                         bool* same_order) {
  engine::TableState* table = engine_->FindTable(expected.table_name);
  if (table == nullptr) {
    const absl::Status created = engine_->CreateTable(expected);
    table = engine_->FindTable(expected.table_name);
    // Another thread may have been first, or have dropped it already.
    if (table == nullptr && !created.ok()) return created;
    if (table == nullptr) {
      return absl::AbortedError(
          absl::StrCat("table ", expected.table_name, " was dropped while it was opened"));
    }
  }
  const TableSchema& stored = table->layout().schema();
  if (absl::Status same = CheckSameSchema(stored, expected); !same.ok()) return same;
  *same_order = true;
  for (std::size_t i = 0; i < stored.columns.size(); ++i) {
    *same_order = *same_order && stored.columns[i].name == expected.columns[i].name;
  }
  return engine::TableCore(engine_.get(), table);
}

absl::Status Database::CreateTable(const TableSchema& schema) {
  return engine_->CreateTable(schema);
}

absl::Status Database::AlterTable(const TableSchema& schema) { return engine_->AlterTable(schema); }
absl::Status Database::DropTable(std::string_view table) { return engine_->DropTable(table); }

std::vector<std::string> Database::TableNames() const { return engine_->TableNames(); }

absl::StatusOr<TableSchema> Database::Schema(std::string_view table) const {
  absl::StatusOr<engine::TableCore> core = const_cast<Database*>(this)->OpenCore(table);
  if (!core.ok()) return core.status();
  return core->schema();
}

absl::StatusOr<WriteTransaction> Database::Begin() { return Begin(engine_->durability()); }

absl::StatusOr<WriteTransaction> Database::Begin(Durability durability) {
  absl::StatusOr<std::unique_ptr<engine::Transaction>> transaction = engine_->Begin(durability);
  if (!transaction.ok()) return transaction.status();
  return WriteTransaction(*std::move(transaction));
}

absl::StatusOr<ReadTransaction> Database::BeginRead() {
  absl::StatusOr<std::shared_ptr<const engine::Snapshot>> snapshot = engine_->TakeSnapshot();
  if (!snapshot.ok()) return snapshot.status();
  return ReadTransaction(engine_.get(), *std::move(snapshot));
}

absl::StatusOr<CommitSubscription> Database::OnCommit(
    std::function<void(const CommittedTransaction&)> callback, const SubscribeOptions& options) {
  return engine_->Subscribe(
      [callback = std::move(callback)](const CommittedTransaction& transaction,
                                       const std::atomic<bool>&) {
        callback(transaction);
        return absl::OkStatus();
      },
      options);
}

absl::Status Database::Refresh() { return engine_->Refresh(); }
absl::StatusOr<CheckpointReport> Database::Checkpoint() { return engine_->Checkpoint(); }

absl::StatusOr<BackupReport> Database::Backup(const std::string& directory,
                                              const BackupOptions& options) {
  if (directory.empty()) return absl::InvalidArgumentError("the directory's name is empty");
  return engine_->Backup(wal::PosixFileSystem(), wal::WithoutSlash(directory), options);
}

absl::StatusOr<BackupReport> Database::BackupFrom(const std::string& directory,
                                                  const std::string& target,
                                                  const BackupOptions& options) {
  if (target.empty()) return absl::InvalidArgumentError("the directory's name is empty");
  return engine::BackupDirectory(wal::PosixFileSystem(), wal::WithoutSlash(directory),
                                 wal::WithoutSlash(target), options);
}

absl::StatusOr<RestoreReport> Database::Restore(const std::string& directory,
                                                const std::string& target,
                                                const RestoreOptions& options) {
  if (target.empty()) return absl::InvalidArgumentError("the directory's name is empty");
  RestoreOptions restored = options;
  restored.archives = wal::WithoutSlash(options.archives);
  return engine::RestoreDirectory(wal::PosixFileSystem(), wal::WithoutSlash(directory),
                                  wal::WithoutSlash(target), restored);
}

absl::StatusOr<BisectReport> Database::Bisect(
    const std::string& directory, const BisectOptions& options,
    const std::function<absl::StatusOr<BisectVerdict>(const std::string&)>& test) {
  BisectOptions bisected = options;
  bisected.archives = wal::WithoutSlash(options.archives);
  bisected.scratch = wal::WithoutSlash(options.scratch);
  return engine::BisectDirectory(wal::PosixFileSystem(), wal::WithoutSlash(directory), bisected,
                                 test);
}

absl::StatusOr<DumpReport> Database::Dump(std::ostream& output, const DumpOptions& options) {
  return engine::DumpDatabase(*engine_, output, options);
}

absl::StatusOr<LoadReport> Database::Load(const std::string& directory, std::istream& input,
                                          const LoadOptions& options) {
  if (directory.empty()) return absl::InvalidArgumentError("the directory's name is empty");
  return engine::LoadDirectory(wal::PosixFileSystem(), wal::WithoutSlash(directory), input,
                               options);
}

absl::StatusOr<SliceReport> Database::Slice(const std::string& directory, const std::string& target,
                                            const SliceOptions& options) {
  if (target.empty()) return absl::InvalidArgumentError("the directory's name is empty");
  return engine::SliceDirectory(wal::PosixFileSystem(), wal::WithoutSlash(directory),
                                wal::WithoutSlash(target), options);
}

absl::StatusOr<PurgeReport> Database::Purge(std::string_view table,
                                            const std::vector<std::string>& keys,
                                            const PurgeOptions& options) {
  return engine_->Purge(table, keys, options);
}

absl::StatusOr<RepairReport> Database::Repair(const std::string& directory,
                                              const std::string& target,
                                              const RepairOptions& options) {
  if (target.empty()) return absl::InvalidArgumentError("the directory's name is empty");
  return engine::RepairDirectory(wal::PosixFileSystem(), wal::WithoutSlash(directory),
                                 wal::WithoutSlash(target), options);
}

Statistics Database::Stats() const { return engine_->Stats(); }
const OpenReport& Database::open_report() const { return engine_->report(); }
const std::string& Database::directory() const { return engine_->directory(); }

absl::StatusOr<VerifyReport> Database::Verify(const std::string& directory) {
  return engine::VerifyDatabase(wal::PosixFileSystem(),
                                wal::DatabasePaths(wal::WithoutSlash(directory)));
}

}  // namespace linedb
