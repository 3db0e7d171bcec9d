#include "engine/engine_exchange.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/exchange/broken_records.h"
#include "engine/exchange/dump_reader.h"
#include "engine/exchange/dump_writer.h"
#include "engine/exchange/import_records.h"
#include "engine/lock_note.h"
#include "engine/references/reference_judge.h"
#include "engine/storage/new_directory.h"
#include "linedb/table_core.h"

namespace linedb::engine {
namespace {

// What a transaction of a load is at most: so much is in memory, whatever the dump's length.
constexpr std::uint64_t kPieceRecords = std::uint64_t{1} << 16;
constexpr std::uint64_t kPieceBytes = std::uint64_t{16} << 20;
// And so much log is beside the tables.
constexpr std::uint64_t kLogBytesMax = std::uint64_t{64} << 20;

// The tables are filled by the importer, in a database like any other, and that is put in place
// under a first log which goes on behind the dumped lsn.
class Loader {
 public:
  Loader(wal::FileSystem& files, const std::string& directory, std::istream& input,
         const LoadOptions& options)
      : files_(files),
        target_paths_(directory),
        input_(input),
        options_(options),
        reader_(input, options.source_name) {}

  absl::StatusOr<LoadReport> Run();

 private:
  absl::Status Load();
  absl::Status OpenWork();
  absl::Status LoadTable(const DumpTable& table);
  absl::Status TakePiece(const TableCore& core);
  absl::Status JudgeReferences();
  absl::Status PutInPlace();
  bool failed() const { return !report_.problems.empty(); }
  bool has_enough() const { return report_.problems.size() >= options_.problems_max; }

  wal::FileSystem& files_;
  const wal::DatabasePaths target_paths_;
  std::istream& input_;
  const LoadOptions& options_;
  DumpReader reader_;
  std::unique_ptr<NewDirectory> target_;
  std::unique_ptr<Engine> engine_;
  std::map<std::string, std::int64_t> next_ids_;
  std::map<std::string, std::uint64_t> table_lines_;  // of the dump: each table's own
  LoadReport report_;
};

absl::Status Loader::OpenWork() {
  absl::StatusOr<std::unique_ptr<NewDirectory>> target =
      NewDirectory::Begin(files_, target_paths_,
                          {"load", "loading", "{\"load_of\":\"linedb-dump\"}\n", MakeLockNote()});
  if (!target.ok()) return target.status();
  target_ = *std::move(target);
  Options options;
  options.maintenance = Maintenance::kManual;
  options.durability = Durability::kProcess;  // the checkpoints sync
  options.archives_kept = 0;
  options.clock = BeforeAllTimes;  // what is in the stream is loaded
  absl::StatusOr<std::unique_ptr<Engine>> engine =
      Engine::Open(nullptr, files_, target_->work().directory(), options);
  if (!engine.ok()) return engine.status();
  engine_ = *std::move(engine);
  engine_->LeaveReferencesUnchecked();  // tables that reference each other have no order
  return absl::OkStatus();
}

// All that was loaded, once it is there. A dump of what a repair left may have such records, and
// nothing else could be done with it.
absl::Status Loader::JudgeReferences() {
  return engine_->JudgeReferences([this](const JudgedReference& found) {
    const std::uint64_t line = table_lines_[found.broken.table] + found.line;
    report_.problems.push_back(ProblemOf(found.broken, options_.source_name, line));
    return !has_enough();
  });
}

absl::Status Loader::TakePiece(const TableCore& core) {
  ImportOptions options;
  options.problems_max = options_.problems_max - report_.problems.size();
  options.source_name = options_.source_name;
  options.progress = options_.progress;
  reader_.Continue(kPieceRecords, kPieceBytes);
  absl::StatusOr<ImportReport> taken = ImportRecords(core, input_, reader_, options);
  if (!reader_.status().ok()) return reader_.status();
  if (absl::IsCancelled(taken.status())) return absl::CancelledError("the load was interrupted");
  if (!taken.ok()) return taken.status();
  report_.records += taken->inserted;
  for (ImportProblem& problem : taken->problems) report_.problems.push_back(std::move(problem));
  if (engine_->Stats().log_bytes < kLogBytesMax) return absl::OkStatus();
  return engine_->Checkpoint().status();
}

absl::Status Loader::LoadTable(const DumpTable& table) {
  const std::string& name = table.schema.table_name;
  if (absl::Status made = engine_->CreateTable(table.schema); !made.ok()) {
    return reader_.ErrorAt(0, made.code(), std::string(made.message()));
  }
  ++report_.tables;
  table_lines_[name] = reader_.line();
  if (table.next_id) next_ids_[name] = *table.next_id;
  const TableCore core(engine_.get(), engine_->FindTable(name));
  while (!reader_.table_ended() && !has_enough()) {
    if (absl::Status taken = TakePiece(core); !taken.ok()) return taken;
  }
  return absl::OkStatus();
}

absl::Status Loader::PutInPlace() {
  absl::Status done = engine_->Checkpoint().status();
  const wal::Lsn last{engine_->Stats().last_lsn};
  done.Update(engine_->Close());
  engine_.reset();
  if (!done.ok()) return done;
  absl::StatusOr<wal::LogHeader> header = target_->ReadHeader(last);
  if (!header.ok()) return header.status();
  header->first_lsn = wal::Lsn{report_.lsn + 1};
  header->first_transaction = wal::TransactionId{1};
  for (auto& [name, table] : header->tables) {
    const auto next_id = next_ids_.find(name);
    if (next_id != next_ids_.end()) table.next_id = std::max(table.next_id, next_id->second);
  }
  report_.database = header->database;
  done = target_->Restart(*std::move(header));
  return done.ok() ? target_->Finish() : done;
}

absl::Status Loader::Load() {
  absl::Status done = OpenWork();
  while (done.ok() && !has_enough()) {
    absl::StatusOr<std::optional<DumpTable>> table = reader_.ReadTable();
    if (!table.ok()) return table.status();
    if (!table->has_value()) break;
    done = LoadTable(**table);
  }
  if (done.ok() && !failed()) done = JudgeReferences();
  if (!done.ok() || failed()) return done;
  return PutInPlace();
}

absl::StatusOr<LoadReport> Loader::Run() {
  absl::StatusOr<DumpHead> head = reader_.ReadHead();
  if (!head.ok()) return head.status();
  report_.lsn = head->lsn;
  absl::Status done = Load();
  report_.loaded = done.ok() && !failed();
  if (!report_.loaded) {
    if (engine_ != nullptr) engine_->Close().IgnoreError();
    engine_.reset();
    if (target_ != nullptr) target_->Abandon();
  }
  // Damage in the middle shows as a record that is none, and is proved at the end only: the records
  // refused before it are the better message.
  if (!done.ok() && !(failed() && absl::IsDataLoss(done))) return done;
  return std::move(report_);
}

}  // namespace

absl::StatusOr<Engine::NumberedSnapshot> Engine::TakeNumberedSnapshot() {
  NumberedSnapshot taken;
  if (read_only()) {
    const std::lock_guard<std::mutex> no_refresh(refresh_mutex_);
    absl::StatusOr<std::shared_ptr<const Snapshot>> snapshot = TakeSnapshot();
    if (!snapshot.ok()) return snapshot.status();
    return NumberedSnapshot{*std::move(snapshot), commits_.note().position.next_lsn.value - 1};
  }
  // With the slot held and nothing on its way, what is in the log is what is shown.
  if (absl::Status acquired = AcquireSlot(); !acquired.ok()) return acquired;
  absl::Status done = FlushHoldingSlot();
  absl::StatusOr<std::shared_ptr<const Snapshot>> snapshot = TakeSnapshot();
  taken.lsn = commits_.note().position.next_lsn.value - 1;
  ReleaseSlot();
  if (done.ok()) done = snapshot.status();
  if (!done.ok()) return done;
  taken.snapshot = *std::move(snapshot);
  return taken;
}

absl::StatusOr<DumpReport> DumpDatabase(Engine& engine, std::ostream& output,
                                        const DumpOptions& options) {
  absl::StatusOr<Engine::NumberedSnapshot> moment = engine.TakeNumberedSnapshot();
  if (!moment.ok()) return moment.status();
  const ReadTransaction snapshot(&engine, moment->snapshot);
  std::map<std::string, const TableSnapshot*> tables;
  std::uint64_t records = 0;
  for (const TableSnapshot& table : moment->snapshot->tables()) {
    tables[table.table->name()] = &table;
    const TableCore core(&engine, const_cast<TableState*>(table.table));
    const absl::StatusOr<std::uint64_t> count = core.record_count(snapshot);
    if (!count.ok()) return count.status();
    records += *count;
  }
  DumpWriter writer(output, options, records);
  absl::Status done = writer.WriteHead({moment->lsn, tables.size()});
  for (const auto& [name, table] : tables) {
    if (!done.ok()) break;
    const TableCore core(&engine, const_cast<TableState*>(table->table));
    done = writer.WriteTable(table->table->layout(), core, snapshot, table->extent.next_id);
  }
  if (done.ok()) done = writer.WriteEnd();
  if (!done.ok()) return done;
  return writer.report();
}

absl::StatusOr<LoadReport> LoadDirectory(wal::FileSystem& files, const std::string& directory,
                                         std::istream& input, const LoadOptions& options) {
  return Loader(files, directory, input, options).Run();
}

}  // namespace linedb::engine
