#include "engine/engine.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/open.h"
#include "engine/references/reference_map.h"
#include "wal/wal_archive.h"

namespace linedb::engine {
namespace {

// Closing runs a checkpoint if the log is at least this long. Shorter ones stay: many short-lived
// processes must not litter the archive with logs of a line each.
constexpr std::uint64_t kCloseCheckpointBytes = std::uint64_t{4} << 20;

}  // namespace

Engine::Engine(std::unique_ptr<wal::FileSystem> owned, wal::FileSystem& files,
               const std::string& directory, const Options& options)
    : owned_files_(std::move(owned)),
      files_(files),
      paths_(directory),
      options_(options),
      checkpoint_bytes_next_(options.log_bytes_max),
      maintainer_(options.maintenance, [this] { Maintain(); }),
      syncer_(options.maintenance, [this] { SyncLate(); }),
      refresher_(options.maintenance, [this] { RefreshAgain(); }),
      subscriptions_(std::make_shared<Subscriptions>(files, paths_,
                                                     [this] { return commits_.acknowledged(); })) {}

absl::StatusOr<std::unique_ptr<Engine>> Engine::Open(std::unique_ptr<wal::FileSystem> owned,
                                                     wal::FileSystem& files,
                                                     const std::string& directory,
                                                     const Options& options) {
  std::unique_ptr<Engine> engine(new Engine(std::move(owned), files, directory, options));
  engine->closed_ = true;  // an error or exception on the way leaves nothing to close
  absl::StatusOr<OpenedDatabase> opened = OpenDatabase(files, engine->paths_, options);
  if (!opened.ok()) return opened.status();
  engine->lock_ = std::move(opened->lock);
  engine->tables_ = std::move(opened->tables);
  engine->NoteExpiring(engine->tables_);
  engine->report_ = std::move(opened->report);
  engine->MapReferences();
  engine->closed_ = false;
  if (opened->log != nullptr) {
    engine->log_identity_ = LogIdentity(files, engine->paths_);
    engine->commits_.SetLog(std::move(opened->log));
    engine->commits_.AcknowledgeLog();
    if (engine->report_.recovered) engine->FreezeIndexes(engine->tables_);
    engine->RequestFirstRound();
  } else {
    engine->commits_.SetReadOnly(std::move(opened->header), opened->position);
    engine->log_tail_ = std::move(opened->log_tail);
    engine->tail_identity_ = std::move(opened->log_identity);
    if (options.refresh_interval.count() > 0) {
      engine->refresher_.RequestWithin(options.refresh_interval);
    }
  }
  return engine;
}

Engine::~Engine() {
  if (!closed_) Close().IgnoreError();
}

absl::Status Engine::Close() {
  if (closed_) return absl::OkStatus();
  if (read_only()) {
    if (!CheckProcess().ok()) {
      // A forked child has none of its parent's threads. What they held when it was forked is held
      // for ever.
      closed_ = true;
      return absl::OkStatus();
    }
    refresher_.Stop();
    subscriptions_->Close();  // before the lock: their callbacks may refresh
    const std::lock_guard<std::mutex> lock(refresh_mutex_);
    closed_ = true;
    return absl::OkStatus();
  }
  absl::Status done = AcquireSlot();
  if (!done.ok() && commits_.failure().ok()) return done;  // a transaction of this thread is open
  if (done.ok()) ReleaseSlot();
  // While their callbacks can use the database.
  if (done.ok()) commits_.Flush().IgnoreError();
  subscriptions_->Close();
  // Whoever closes does not wait for a compression: the next process finishes it.
  closing_ = true;
  maintainer_.Stop();
  syncer_.Stop();
  if (done.ok() && commits_.log_bytes() >= kCloseCheckpointBytes) {
    // If it fails the log stays as it is, and opening replays it.
    RunCheckpoint().IgnoreError();
    RemoveOldArchives().IgnoreError();  // the next checkpoint does
  }
  if (done.ok()) WriteIndexes().IgnoreError();  // opening makes it anew
  if (done.ok()) done = AcquireSlot();
  const bool holds_slot = done.ok();
  if (done.ok()) done = FlushHoldingSlot();
  closed_ = true;
  for (const auto& [name, table] : tables_) {
    if (done.ok()) done = table->generation->records.Sync();
  }
  // The note in LOCK stays after a failure, so that the next opening recovers.
  if (done.ok()) done = lock_->Clear();
  if (holds_slot) {
    commits_.SetLog(nullptr);
    slot_.Release();  // whoever comes now is told that it is closed
  }
  lock_.reset();
  return done;
}

// The files' offsets, the lock and the state in memory are the parent's: what a forked child wrote
// would be between the parent's lines.
absl::Status Engine::CheckProcess() const {
  if (CurrentProcess() == process_) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat(paths_.directory(), ": opened by process ", process_,
                   "; a forked child opens the database anew, once its parent has closed it"));
}

// Files are named by their paths. If the directory was moved and another one has its name, a
// checkpoint would put this database's log into that one.
absl::Status Engine::CheckDirectory() const {
  const absl::StatusOr<wal::FileInfo> log = files_.Stat(paths_.Log());
  if (log.ok() && (log_identity_.empty() || log->identity == log_identity_)) {
    return absl::OkStatus();
  }
  if (!log.ok() && !absl::IsNotFound(log.status())) return log.status();
  return absl::FailedPreconditionError(
      absl::StrCat(paths_.Log(), ": not the log that is open: the directory was moved, removed or ",
                   "replaced while the database was open"));
}

absl::Status Engine::CheckUsable() const {
  if (absl::Status here = CheckProcess(); !here.ok()) return here;
  if (read_only()) {
    return absl::FailedPreconditionError(paths_.directory() + ": opened for reading only");
  }
  if (closed_) return absl::FailedPreconditionError("the database is closed");
  const absl::Status failure = commits_.failure();
  if (failure.ok()) return failure;
  return absl::FailedPreconditionError(absl::StrCat(
      paths_.directory(),
      ": an earlier failure stopped writing, open it again: ", std::string(failure.message())));
}

absl::Status Engine::AcquireSlot() {
  if (absl::Status usable = CheckUsable(); !usable.ok()) return usable;
  if (absl::Status acquired = slot_.Acquire(); !acquired.ok()) return acquired;
  commits_.Unwind();
  writer_moment_ = ExpiryMoment();
  absl::Status usable = CheckUsable();
  if (!usable.ok()) slot_.Release();
  return usable;
}

absl::Status Engine::AcquireSlotForTrial() {
  if (absl::Status readable = CheckReadable(); !readable.ok()) return readable;
  if (absl::Status acquired = slot_.Acquire(); !acquired.ok()) return acquired;
  writer_moment_ = ExpiryMoment();
  absl::Status readable = CheckReadable();
  if (readable.ok() && half_taken_) {
    readable = absl::FailedPreconditionError("the last refresh failed: refresh again first");
  }
  if (!readable.ok()) slot_.Release();
  return readable;
}

void Engine::ReleaseSlot() {
  commits_.Unwind();
  slot_.Release();
}

// Afterwards nothing is on its way: it is durable, or was taken back. Without the latter, what
// failed since the slot was acquired would be in a checkpoint that begins now.
absl::Status Engine::FlushHoldingSlot() {
  absl::Status flushed = commits_.Flush();
  commits_.Unwind();
  return flushed.ok() ? commits_.failure() : flushed;
}

void Engine::PermitTrials() {
  const std::lock_guard<std::mutex> lock(trials_mutex_);
  trial_threads_.push_back(std::this_thread::get_id());
  ++trials_;
}

void Engine::EndTrials() {
  const std::lock_guard<std::mutex> lock(trials_mutex_);
  const auto own =
      std::find(trial_threads_.begin(), trial_threads_.end(), std::this_thread::get_id());
  assert(own != trial_threads_.end());
  trial_threads_.erase(own);
  --trials_;
}

// Others' transactions, which began before or wait for it, are none.
bool Engine::MayTry() const {
  if (trials_ == 0) return false;
  const std::lock_guard<std::mutex> lock(trials_mutex_);
  return std::find(trial_threads_.begin(), trial_threads_.end(), std::this_thread::get_id()) !=
         trial_threads_.end();
}

absl::StatusOr<std::unique_ptr<Transaction>> Engine::Begin(Durability durability) noexcept {
  absl::Status acquired = read_only() && MayTry() ? AcquireSlotForTrial() : AcquireSlot();
  if (!acquired.ok()) return acquired;
  if (has_expiring_tables_) writer_moment_ = MomentNow();
  return std::make_unique<Transaction>(this, durability);
}

TableChanges& Engine::ChangesOf(Transaction& transaction, TableState& table) {
  return transaction.ChangesOf(table, [this](TableState& each) {
    const std::uint64_t settle_limit = publisher_.SettleLimit(*each.generation);
    return std::make_unique<TableChanges>(each, settle_limit, writer_moment_, SpaceFor(each));
  });
}

// A database in memory has no other place, but for what is tried out on a table without records.
const SpillSpace* Engine::SpaceFor(const TableState& table) const {
  const bool in_memory = owned_files_ != nullptr;
  const bool empty = table.generation->records.file_bytes() == 0;
  if (MayTry() && (!in_memory || empty)) return &trial_space_;
  return in_memory ? nullptr : &spill_space_;
}

// Its records are in the files. An error that leaves the transaction has taken nothing in.
absl::Status Engine::CommitWritten(std::unique_ptr<Transaction>& transaction) {
  GroupCommit::Ticket ticket;
  ticket.durability = transaction->durability();
  const bool alone = transaction->spilled();
  ticket.transaction = std::move(transaction);
  absl::Status done = alone ? commits_.CommitAlone(ticket) : commits_.Queue(ticket);
  if (!done.ok() && ticket.transaction != nullptr) {
    transaction = std::move(ticket.transaction);
    return done;
  }
  ReleaseSlot();
  return alone ? done : commits_.Wait(ticket);
}

absl::Status Engine::Commit(std::unique_ptr<Transaction> transaction) noexcept {
  const Durability durability = transaction->durability();
  absl::Status failure;
  absl::Status done = CheckProcess();
  if (done.ok() && read_only()) {
    done = absl::FailedPreconditionError(paths_.directory() + ": opened for reading only");
  }
  if (done.ok()) done = WriteRecords(*transaction, &failure);
  if (!failure.ok()) commits_.Fail(failure);
  if (done.ok()) done = CommitWritten(transaction);
  if (!done.ok() && transaction != nullptr) {
    Rollback(*transaction);
    return done;
  }
  if (done.ok()) {
    subscriptions_->Wake();
    NoteCommit(durability);
  } else if (slot_.TryAcquire()) {
    ReleaseSlot();  // takes back what failed
  }
  return done;
}

void Engine::Rollback(Transaction& transaction) noexcept {
  if (absl::Status cut = transaction.Rollback(); !cut.ok()) commits_.Fail(cut);
  ReleaseSlot();
}

absl::StatusOr<std::shared_ptr<const Snapshot>> Engine::TakeSnapshot() {
  if (closed_) return absl::FailedPreconditionError("the database is closed");
  const std::shared_lock<std::shared_mutex> lock(tables_mutex_);
  std::vector<const TableState*> tables;
  tables.reserve(tables_.size());
  for (const auto& [name, table] : tables_) tables.push_back(table.get());
  return publisher_.TakeSnapshot(tables, has_expiring_tables_ ? MomentNow() : ExpiryMoment());
}

absl::StatusOr<CommitSubscription> Engine::Subscribe(CommitCallback callback,
                                                     const SubscribeOptions& options) {
  if (absl::Status usable = CheckUsable(); !usable.ok()) return usable;
  return Subscriptions::Add(subscriptions_, std::move(callback), options);
}

absl::StatusOr<CommitSubscription> Engine::Watch(CommitCallback callback,
                                                 const SubscribeOptions& options) {
  absl::Status usable = read_only() ? CheckReadable() : CheckUsable();
  if (!usable.ok()) return usable;
  return Subscriptions::Add(subscriptions_, std::move(callback), options);
}

TableState* Engine::FindTable(std::string_view name) const {
  const std::shared_lock<std::shared_mutex> lock(tables_mutex_);
  const auto found = tables_.find(std::string(name));
  return found == tables_.end() ? nullptr : found->second.get();
}

TableMap Engine::Tables() const {
  const std::shared_lock<std::shared_mutex> lock(tables_mutex_);
  return tables_;
}

std::vector<std::string> Engine::TableNames() const {
  std::vector<std::string> names;
  for (const auto& [name, table] : Tables()) names.push_back(name);
  return names;
}

namespace {

TableStatistics StatisticsOf(const TableState& table) {
  const std::shared_lock<std::shared_mutex> lock(table.mutex);
  const TableExtent extent = table.generation->published();
  TableStatistics figures;
  figures.name = table.name();
  figures.records = extent.live;
  figures.lines = extent.lines;
  figures.lines_superseded = extent.lines - extent.live;
  figures.file_bytes = extent.bytes;
  figures.index_bytes = table.generation->superseded.memory_bytes();
  for (const KeyIndex& index : table.generation->indexes) {
    figures.index_bytes += index.memory_bytes();
    figures.index_file_bytes += index.file_bytes();
  }
  for (std::size_t number = 0; number < table.generation->ordered.size(); ++number) {
    const OrderedIndex& index = table.generation->ordered[number];
    figures.indexes.push_back({table.generation->layout().indexes()[number].name, index.size(),
                               index.memory_bytes(), index.file_bytes()});
    figures.index_bytes += index.memory_bytes();
    figures.index_file_bytes += index.file_bytes();
  }
  figures.next_id = extent.next_id;
  return figures;
}

}  // namespace

Statistics Engine::Stats() const {
  Statistics statistics;
  statistics.directory = owned_files_ == nullptr ? paths_.directory() : "";
  for (const auto& [name, table] : Tables()) {
    statistics.tables.push_back(StatisticsOf(*table));
    statistics.tables.back().column_bytes = columns_.MemoryOf(*table);
  }
  const GroupCommit::LogNote log = commits_.note();
  statistics.database = log.header.database;
  statistics.log_bytes = log.position.bytes;
  statistics.log_lines = log.position.next_lsn.value - log.header.first_lsn.value;
  statistics.last_lsn = log.position.next_lsn.value - 1;
  statistics.checkpoint_lsn = log.header.first_lsn.value - 1;
  statistics.checkpoint_time = log.header.timestamp;
  statistics.epoch = log.header.epoch;
  statistics.commits = log.commits;
  statistics.unsynced = log.unsynced;
  {
    const std::lock_guard<std::mutex> lock(maintenance_mutex_);
    statistics.checkpoints = checkpoints_;
    statistics.maintenance_failure = std::string(maintenance_failure_.message());
  }
  absl::StatusOr<std::vector<wal::Archive>> archives = wal::ListArchives(files_, paths_);
  if (archives.ok()) {
    statistics.archive_count = archives->size();
    for (const wal::Archive& archive : *archives) statistics.archive_bytes += archive.bytes;
  }
  return statistics;
}

}  // namespace linedb::engine
