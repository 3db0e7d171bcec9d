// The database behind linedb::Database: what is open, who writes, and the way in and out.

#ifndef LINEDB_ENGINE_ENGINE_H_
#define LINEDB_ENGINE_ENGINE_H_

#include <sys/types.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <set>
#include <shared_mutex>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "engine/checkpoint_tables.h"
#include "engine/columnar/table_columns.h"
#include "engine/index/record_expiry.h"
#include "engine/index/table_state.h"
#include "engine/process_mark.h"
#include "engine/subscriptions.h"
#include "engine/transaction/group_commit.h"
#include "engine/transaction/publisher.h"
#include "engine/transaction/transaction.h"
#include "engine/transaction/writer_slot.h"
#include "engine/worker.h"
#include "linedb/history.h"
#include "linedb/options.h"
#include "linedb/purge.h"
#include "linedb/statistics.h"
#include "linedb/table_schema.h"
#include "linedb/transaction.h"
#include "wal/checkpoint.h"
#include "wal/file_names.h"
#include "wal/file_system.h"
#include "wal/log_tail.h"
#include "wal/wal_archive.h"
#include "wal/wal_writer.h"

namespace linedb {
struct MigrateOptions;
struct MigrateReport;
}  // namespace linedb

namespace linedb::wal {
struct RewrittenLog;
}  // namespace linedb::wal

namespace linedb::engine {

struct JudgedReference;
class KeyTracker;
class Alteration;
struct AlterationRequest;
struct Altered;  // engine_alter.cc
class ReferenceMap;

// What Opener (open.h) found; Engine takes over from there.
struct OpenedDatabase {
  std::unique_ptr<wal::FileLock> lock;  // null: read-only
  TableMap tables;
  wal::LogHeader header;
  wal::LogPosition position;
  std::unique_ptr<wal::WalWriter> log;     // null: read-only, or a checkpoint must make one
  std::unique_ptr<wal::LogTail> log_tail;  // read-only: what comes next; null: of the original
  std::string log_identity;                // its file's
  OpenReport report;
};

// Any thread may call any method, but for Close, which comes last. Locks are taken in this order:
// checkpoint_mutex_, the writer's slot, tables_mutex_, a table's mutex, and last those inside
// GroupCommit and Publisher. Nobody syncs under any but the first two. archives_mutex_ is taken
// alone, or by a purge behind checkpoint_mutex_; indexes_mutex_ before the slot.
//
// What changes the state in memory is noexcept: an allocation that fails there ends the process,
// which damages nothing on disk, and does not leave a slot held or an index half changed.
class Engine {
 public:
  // `owned` may be null; `files` is then somebody else's and outlives the engine.
  static absl::StatusOr<std::unique_ptr<Engine>> Open(std::unique_ptr<wal::FileSystem> owned,
                                                      wal::FileSystem& files,
                                                      const std::string& directory,
                                                      const Options& options);
  ~Engine();
  absl::Status Close();

  TableState* FindTable(std::string_view name) const;
  std::vector<std::string> TableNames() const;

  // engine_tables.cc: a transaction each.
  absl::Status CreateTable(const TableSchema& schema) noexcept;
  absl::Status DropTable(std::string_view name) noexcept;

  // engine_alter.cc: as Database::AlterTable, linedb/migrate.h, and once more what a log tells.
  absl::Status AlterTable(const TableSchema& schema) noexcept;
  absl::StatusOr<MigrateReport> Alter(const AlterationRequest& request) noexcept;
  absl::Status RepeatAlteration(const TableSchema& logged,
                                const std::vector<std::string>& migrated) noexcept;

  // engine_add_index.cc: as CreateIndex and DropIndex of linedb/indexes.h.
  absl::Status AddIndex(std::string_view table, const IndexSchema& index) noexcept;
  absl::Status DropIndex(std::string_view table, const std::vector<std::string>& columns) noexcept;

  absl::StatusOr<std::unique_ptr<Transaction>> Begin(Durability durability) noexcept;
  absl::StatusOr<std::unique_ptr<Transaction>> Begin() { return Begin(options_.durability); }
  absl::Status Commit(std::unique_ptr<Transaction> transaction) noexcept;
  void Rollback(Transaction& transaction) noexcept;
  // Between the two, called by a thread, its transactions are tried out: they may begin on a handle
  // for reading, too, are never committed on it, and have the system's temporary files for what
  // memory does not hold. Calls are counted.
  void PermitTrials();
  void EndTrials();
  // engine_references.cc: what Commit is preceded by. Appends to the transaction what follows from
  // its changes by references, or says which it breaks; `writer` is the transaction's owner, or
  // null. DESIGN.md, "References".
  absl::Status KeepReferences(Transaction& transaction, const WriteTransaction* writer) noexcept;
  // The same, and takes back what was appended.
  absl::Status CheckReferences(Transaction& transaction, const WriteTransaction& writer) noexcept;
  // Before any other thread uses it: for who puts records in place one table after the other, and
  // has them judged as a whole (Load), or as they were (Slice).
  void LeaveReferencesUnchecked();
  void KeepReferencesAgain();
  // Of all records as they are; nobody writes meanwhile.
  absl::Status JudgeReferences(absl::FunctionRef<bool(const JudgedReference&)> found);
  // This transaction's changes to a table, begun if there are none.
  TableChanges& ChangesOf(Transaction& transaction, TableState& table);

  absl::StatusOr<std::shared_ptr<const Snapshot>> TakeSnapshot();
  // Of one table alone, whose mutex the caller may hold.
  std::shared_ptr<const Snapshot> TakeSnapshotOf(const TableState& table) {
    return publisher_.TakeSnapshot({&table}, MomentNow(table.layout()));
  }

  // The same, and the last operation that it shows. Waits until no transaction is open.
  struct NumberedSnapshot {
    std::shared_ptr<const Snapshot> snapshot;
    std::uint64_t lsn = 0;
  };
  absl::StatusOr<NumberedSnapshot> TakeNumberedSnapshot();

  // engine_expiry.cc: what time it is, by Options::clock, for who reads a table without a
  // transaction: only if its records expire. And what it was when the open transaction began: that
  // one's thread.
  Timestamp TimeNow(const schema::RecordLayout& layout) const {
    return layout.expires_column() < 0 ? BeforeAllTimes() : Now();
  }
  ExpiryMoment MomentNow(const schema::RecordLayout& layout) const {
    return ExpiryMoment(TimeNow(layout));
  }
  const ExpiryMoment& writer_moment() const { return writer_moment_; }

  // The last operation that is acknowledged; of a handle for reading, that it shows.
  wal::Lsn acknowledged() const { return commits_.acknowledged(); }

  absl::StatusOr<CommitSubscription> Subscribe(CommitCallback callback,
                                               const SubscribeOptions& options);
  // As Subscribe; of a handle for reading, too: what it shows, once a Refresh has shown it.
  absl::StatusOr<CommitSubscription> Watch(CommitCallback callback,
                                           const SubscribeOptions& options);

  // engine_checkpoint.cc: as Database::Checkpoint; these tables are compacted, however little there
  // is to drop.
  absl::StatusOr<CheckpointReport> Checkpoint(const std::set<std::string>& compacted = {});

  // engine_refresh.cc: what another process has committed since.
  absl::Status Refresh();

  // engine_history.cc: as Database::Backup, to another disk perhaps.
  absl::StatusOr<BackupReport> Backup(wal::FileSystem& target_files, const std::string& target,
                                      const BackupOptions& options);

  // engine_purge.cc: as Database::Purge.
  absl::StatusOr<PurgeReport> Purge(std::string_view table, const std::vector<std::string>& keys,
                                    const PurgeOptions& options) noexcept;

  DatabaseColumns& columns() { return columns_; }
  Statistics Stats() const;
  // The header of the log in force: what the last checkpoint says of each table.
  wal::LogHeader log_header() const { return commits_.note().header; }
  absl::StatusOr<std::vector<wal::Archive>> Archives() const {
    return wal::ListArchives(files_, paths_);
  }
  const OpenReport& report() const { return report_; }
  const std::string& directory() const { return paths_.directory(); }
  Durability durability() const { return options_.durability; }
  bool read_only() const { return options_.access == Access::kReadOnly; }

 private:
  Engine(std::unique_ptr<wal::FileSystem> owned, wal::FileSystem& files,
         const std::string& directory, const Options& options);

  absl::Status CheckUsable() const;
  absl::Status CheckProcess() const;
  absl::Status CheckDirectory() const;
  absl::Status AcquireSlot();
  bool MayTry() const;
  absl::Status AcquireSlotForTrial();
  const SpillSpace* SpaceFor(const TableState& table) const;
  void ReleaseSlot();
  absl::Status FlushHoldingSlot();
  absl::Status CommitWritten(std::unique_ptr<Transaction>& transaction);
  TableMap Tables() const;

  // A switch of logs, with its checkpoint. The caller holds the slot and has flushed.
  struct Switch {
    TablesCheckpoint* checkpoint = nullptr;
    TableMap tables;                                             // of the new log
    absl::Span<const wal::LogOperation> first_transaction = {};  // of the new log, or none
    std::string_view keeps_earlier = {};  // the table whose file from before stays beside it
  };
  absl::Status SwitchLogs(Switch change, CheckpointReport* report);
  absl::StatusOr<CheckpointReport> RunCheckpoint(
      const std::set<std::string>& compacted = {}) noexcept;
  bool IsCheckpointNeeded(const std::set<std::string>& compacted) const;
  bool IsCheckpointDue();
  absl::Status RemoveOldArchives();
  absl::Status TendArchives();

  // engine_index.cc. Holding the slot, with nothing on its way and the tables as the log's header
  // says: puts aside what their indexes have to write.
  void FreezeIndexes(const TableMap& tables);
  bool HasIndexToWrite() const;
  absl::Status WriteIndexes();
  absl::Status WriteIndexOf(TableState& table);
  // What there is for a file that the table, dropped, altered or compacted, no longer has.
  void RemoveIndexOf(const std::string& table);

  // engine_expiry.cc. Holding checkpoint_mutex_, and no slot: erases what has expired, by
  // transactions as any other.
  Timestamp Now() const;
  ExpiryMoment MomentNow() const { return ExpiryMoment(Now()); }
  void NoteExpiring(const TableMap& tables);
  absl::Status EraseExpired();
  absl::Status EraseExpiredOf(TableState& table);
  absl::Status EraseExpiredConcerning(TableState& table);  // and of those that reference it
  absl::StatusOr<Timestamp> EraseExpiredAt(TableState& table, const ExpiryMoment& moment);
  absl::Status EraseExpiredKeys(TableState& table, std::span<const std::string> keys,
                                const ExpiryMoment& moment);

  absl::Status TakeAppended();
  absl::Status OpenAnew();
  absl::Status CheckSameHistory(const OpenedDatabase& opened) const;
  void Adopt(TableMap opened);
  void RefreshAgain();

  void RequestFirstRound();
  void Maintain();
  void NoteMaintenance(const absl::Status& outcome);
  void NoteCommit(Durability durability);
  void SyncLate();

  absl::StatusOr<PurgeReport> PurgeAlone(std::string_view table,
                                         const std::vector<std::string>& keys,
                                         const PurgeProgress& progress);
  absl::StatusOr<PurgeReport> CountPurge(std::string_view table,
                                         const std::vector<std::string>& keys,
                                         const PurgeProgress& progress);
  absl::Status NothingToPurge(std::string_view table, const std::string& keys) const;
  absl::StatusOr<std::vector<std::string>> LiveKeys(std::string_view table,
                                                    PurgeReport* report) const;
  absl::Status PurgeHoldingSlot(std::string_view table, const std::vector<std::string>& keys,
                                const PurgeProgress& progress, PurgeReport* report);
  absl::Status EraseIn(Transaction& transaction, std::string_view table,
                       const std::vector<std::string>& keys);
  absl::Status CheckErasable(std::string_view table, const std::vector<std::string>& keys);
  absl::Status EraseHoldingSlot(std::string_view table, const std::vector<std::string>& keys);
  absl::Status LogPurgeHoldingSlot(const KeyTracker& tracker, PurgeReport* report);
  absl::Status PutLogHoldingSlot(const wal::RewrittenLog& log);

  absl::Status MoveStrayRecordsAside(const std::string& table);
  absl::Status CreateHoldingSlot(const TableSchema& schema);
  absl::Status LogCreation(const TableSchema& schema);
  absl::StatusOr<std::shared_ptr<TableState>> MakeTable(const TableSchema& schema);
  absl::Status CheckNewTable(const TableSchema& schema) const;
  // The slot's holder's. The map is made anew by whoever changed which tables there are.
  void MapReferences();
  absl::Status CheckReferencesFit(const schema::RecordLayout& layout) const;
  absl::Status JudgeAltered(const std::shared_ptr<const TableGeneration>& altered) const;
  absl::StatusOr<std::shared_ptr<TableState>> ExistingTable(std::string_view name) const;
  absl::Status DropHoldingSlot(const std::shared_ptr<TableState>& table);
  absl::Status CheckReadable() const;
  ExpiryMoment MomentToJudge(const schema::RecordLayout& layout,
                             const MigrateOptions& options) const;
  absl::Status JudgeAlteration(const TableState& table, const Alteration& alteration,
                               const MigrateOptions& options, MigrateReport* report) const;
  absl::Status AlterAlone(const std::shared_ptr<TableState>& table, const Alteration& alteration,
                          const MigrateOptions& options, MigrateReport* report);
  absl::Status AlterHoldingSlot(const std::shared_ptr<TableState>& table,
                                const Alteration& alteration, bool rewrites);
  absl::Status SwitchToAltered(const std::shared_ptr<TableState>& table, Altered altered);
  absl::StatusOr<Altered> Rewrite(const TableState& table, const Alteration& alteration);
  absl::StatusOr<Altered> AlterInPlace(const TableState& table, const Alteration& alteration);
  void Retire(const std::shared_ptr<TableState>& table, const std::string& why);

  absl::Status Reindex(const std::shared_ptr<TableState>& table, TableSchema after);
  absl::Status ReindexHoldingSlot(const std::shared_ptr<TableState>& table,
                                  const std::shared_ptr<TableState>& altered);

  std::unique_ptr<wal::FileSystem> owned_files_;
  wal::FileSystem& files_;
  const wal::DatabasePaths paths_;
  const SpillSpace spill_space_{files_, paths_};
  const SpillSpace trial_space_{files_, paths_, /*outside=*/true};
  std::atomic<int> trials_ = 0;  // that are permitted: mostly none, which takes no lock to see
  mutable std::mutex trials_mutex_;
  std::vector<std::thread::id> trial_threads_;  // to these
  const Options options_;
  OpenReport report_;
  std::atomic<bool> closed_ = false;
  std::atomic<bool> closing_ = false;  // no archive is compressed any more

  const pid_t process_ = CurrentProcess();
  std::unique_ptr<wal::FileLock> lock_;
  std::mutex checkpoint_mutex_;  // one checkpoint, or change of a schema, at a time
  WriterSlot slot_;
  ExpiryMoment writer_moment_;  // the slot's holder's
  std::string log_identity_;    // of its file; the slot's holder's
  Publisher publisher_;
  GroupCommit commits_{publisher_};

  mutable std::shared_mutex tables_mutex_;  // guards the two below
  TableMap tables_;
  std::vector<std::shared_ptr<TableState>> retired_;  // for those who still hold them
  DatabaseColumns columns_;
  std::unique_ptr<const ReferenceMap> references_;  // the slot's holder's
  bool keeps_references_ = true;
  // Or had one; what time it is matters to nobody else.
  std::atomic<bool> has_expiring_tables_ = false;

  mutable std::mutex maintenance_mutex_;  // guards the three below
  std::uint64_t checkpoints_ = 0;
  std::chrono::steady_clock::time_point checkpoint_time_ = std::chrono::steady_clock::now();
  absl::Status maintenance_failure_;
  // Of the log; after a failure, later than else. Every commit looks at it.
  std::atomic<std::uint64_t> checkpoint_bytes_next_ = 0;

  std::mutex refresh_mutex_;  // taken before tables_mutex_; guards the two below, of a reader
  std::unique_ptr<wal::LogTail> log_tail_;  // null: everything is to be read anew
  bool half_taken_ = false;  // a refresh failed that had begun to change tables; the slot's
  std::string tail_identity_;

  std::mutex archives_mutex_;  // one thread at a time tends them
  std::mutex indexes_mutex_;   // one thread at a time writes them
  Worker maintainer_;
  Worker syncer_;
  Worker refresher_;
  const std::shared_ptr<Subscriptions> subscriptions_;
};

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_ENGINE_H_
