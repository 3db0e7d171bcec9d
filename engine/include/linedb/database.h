// Start here: a database is a directory of tables. README.md has a first program.

#ifndef LINEDB_DATABASE_H_
#define LINEDB_DATABASE_H_

#include <functional>
#include <iosfwd>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "linedb/bisect.h"
#include "linedb/change_feed.h"
#include "linedb/dump.h"
#include "linedb/history.h"
#include "linedb/options.h"
#include "linedb/purge.h"
#include "linedb/repair.h"
#include "linedb/slice.h"
#include "linedb/statistics.h"
#include "linedb/table.h"
#include "linedb/table_core.h"
#include "linedb/table_schema.h"
#include "linedb/transaction.h"

namespace linedb {

// An open database. Any thread may call any method but Close and the destructor, which come last.
// Tables and transactions made from it must not be used after it, nor any of them in a forked
// child, where what writes fails with kFailedPrecondition. So it does if the directory was moved or
// replaced while it is open, from the next checkpoint on.
//
// Nothing throws but for want of memory: reads may throw std::bad_alloc; in the middle of a change
// it ends the process, as any kill does: what was acknowledged is safe.
class Database {
 public:
  // Opens the database in `directory`, recovering it if it was not closed properly. Errors:
  // kNotFound (no database there, and not to be created), kAlreadyExists (Create::kAlways),
  // kUnavailable (another handle writes to it; the message names its pid, program, host and since
  // when), kDataLoss (acknowledged data is damaged; the message names file, line and byte),
  // kFailedPrecondition (a newer format version; the message names both), kPermissionDenied,
  // kResourceExhausted, kInternal (the disk).
  static absl::StatusOr<std::unique_ptr<Database>> Open(const std::string& directory,
                                                        const Options& options = {});

  // A database that lives in memory and ends with its handle. Everything else is the same.
  static absl::StatusOr<std::unique_ptr<Database>> OpenInMemory(const Options& options = {});

  // Closes, but cannot report an error; call Close to hear of one.
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // Makes everything durable and frees the lock. The handle is of no use afterwards.
  absl::Status Close();

  // The table that Describe<T> describes, created if missing. kFailedPrecondition lists the
  // differences if the stored schema is another one; kAborted: another thread dropped it meanwhile.
  template <class T>
  absl::StatusOr<Table<T>> OpenTable();

  // A table known by name; JsonTable::Open is the way to use it. kNotFound, with a suggestion.
  absl::StatusOr<engine::TableCore> OpenCore(std::string_view table);

  // Durable when it returns. kAlreadyExists, also for a name that differs in case only;
  // kInvalidArgument as ValidateTableSchema; otherwise as WriteTransaction::Commit.
  absl::Status CreateTable(const TableSchema& schema);

  // Gives the table of that name another schema and carries its records over: columns may be added
  // (nullable or with a default) and dropped, constraints changed; the primary key and the types
  // stay. All of it happens or nothing, whatever fails or crashes. Writers wait meanwhile, readers
  // do not; handles on the table are of no use afterwards and say so, snapshots see what they saw.
  // kNotFound; kInvalidArgument (a change that is not possible); kFailedPrecondition or
  // kAlreadyExists (a record that does not fit the new constraints; the message shows it).
  absl::Status AlterTable(const TableSchema& schema);

  // Removes a table with its records; they stay in the archived logs. As AlterTable otherwise.
  absl::Status DropTable(std::string_view table);

  // By name.
  std::vector<std::string> TableNames() const;
  absl::StatusOr<TableSchema> Schema(std::string_view table) const;

  // Waits until no other transaction is open. kFailedPrecondition if this thread has one open, if
  // the handle is read-only or if a failure stopped writing. Without a level: Options::durability.
  absl::StatusOr<WriteTransaction> Begin();
  absl::StatusOr<WriteTransaction> Begin(Durability durability);

  // A snapshot of all tables; waits for nobody. kFailedPrecondition if the database is closed.
  absl::StatusOr<ReadTransaction> BeginRead();

  // A handle opened for reading goes on with what was committed since it was opened, or refreshed
  // last: snapshots taken from now on show it, those taken before stay as they are. What a handle
  // shows is always a whole number of transactions, and never an older state. Tables that were
  // dropped or altered meanwhile say so; new ones are there. Costs what was committed since, or
  // what opening costs after a checkpoint. After an error everything is as it was before, and the
  // next call tries again: kFailedPrecondition if the log ends before what was shown (a commit that
  // failed was taken back, or an older state was put into the directory) or is another database's;
  // otherwise as Open. On a handle that writes: nothing to do.
  absl::Status Refresh();

  // Calls `callback` with every transaction committed through this handle, once and in the order of
  // the commits, after it is published and durable at its level (a kBuffered one once it is in the
  // log). The calls come one after the other in a thread of the subscription's own, outside all
  // locks; Commit does not wait for them and may return before or after. They may read, begin
  // transactions and commit; they must not call Close. However slow they are, commits are not held
  // up and nothing is kept for them in memory: the queue is the log. One that falls so far behind
  // that archives it needs are removed (Options::archives_kept) fails with kOutOfRange. Close waits
  // for the calls of what was committed before it. kFailedPrecondition for a handle that is
  // read-only (ChangeFeed follows another process's writes) or closed; errors of ChangeFeed::Open.
  absl::StatusOr<CommitSubscription> OnCommit(
      std::function<void(const CommittedTransaction&)> callback,
      const SubscribeOptions& options = {});

  // Syncs the tables, compacts those that call for it (Options), starts a new log and archives the
  // old one; returns when the archive is compressed. Readers and writers go on meanwhile; writers
  // wait for the switch of logs alone. An error leaves everything as it was, unless it stopped
  // writing (the next Begin says so). kFailedPrecondition also if this thread has a transaction
  // open.
  absl::StatusOr<CheckpointReport> Checkpoint();

  // Copies the database into `directory`, which is new or empty, or an earlier backup of the same
  // database: then only what is new is copied. What was acknowledged before the call is in it; it
  // is the state after some transaction, which the report names. Nobody waits for it. Stopped at
  // any moment it leaves the earlier backup, or the new one, or says when it is opened that it was
  // not finished; running it again goes on with it. What is copied is compared with its checksums.
  //
  // kAlreadyExists (the directory holds something else), kFailedPrecondition (a backup that was
  // written to, or that is ahead of the database; closed), kInvalidArgument (the directory is the
  // database's or in it), kUnavailable (another backup into it), kDataLoss (the database, or the
  // earlier backup, is damaged: file, line and byte), kCancelled, and the disk's.
  //
  // Archives that the earlier backup had stay, also if the database has removed them since; if it
  // removed some before they were copied, BackupReport::archives_missing says so, and verify of the
  // copy names the gap: backups must be more frequent than Options::archives_kept checkpoints.
  absl::StatusOr<BackupReport> Backup(const std::string& directory,
                                      const BackupOptions& options = {});
  // The same of a database that another process has open, or nobody; takes no lock and writes
  // nothing to it. kNotFound if there is no database.
  static absl::StatusOr<BackupReport> BackupFrom(const std::string& directory,
                                                 const std::string& target,
                                                 const BackupOptions& options = {});

  // Makes a new database in `target`, a new or empty directory, in the state that the database (or
  // backup) in `directory` had at an earlier moment: from its tables as of its last checkpoint, or
  // those of an earlier one that only grew since, or none, and its archived logs. It goes on with
  // the next lsn, under an id of its own. Takes no lock of `directory`, and works beside its
  // writer.
  //
  // kNotFound (no database; or the moment cannot be had: the message says which can, and what is
  // missing), kAlreadyExists (`target` holds something), kInvalidArgument (it lies in `directory`,
  // the time is none, the archives are another database's), kDataLoss (a log or table that is
  // needed is damaged: file, line and byte), kCancelled, and the disk's. After an error `target` is
  // no database, and opening it says so.
  static absl::StatusOr<RestoreReport> Restore(const std::string& directory,
                                               const std::string& target,
                                               const RestoreOptions& options = {});

  // Finds the first transaction after which `test` fails on the database as it was then. Restores
  // states of the database in `directory`, live or a backup, into options.scratch and calls `test`
  // with the place of each, which it may do with as it likes. Takes it that the test holds up to
  // some transaction and fails from then on; of n transactions it tries at most 1 + log2(n + 1),
  // rounded up. Writes nothing but in scratch, and works beside a writer.
  //
  // kNotFound: no database; or the test holds in the newest state, or fails already in the oldest
  // one that can be restored. kInvalidArgument: no scratch is named, or it lies in `directory`;
  // kAlreadyExists: something stands where states would be restored. An error of the test ends the
  // search and is returned; otherwise as Restore.
  static absl::StatusOr<BisectReport> Bisect(
      const std::string& directory, const BisectOptions& options,
      const std::function<absl::StatusOr<BisectVerdict>(const std::string& state)>& test);

  // Writes all tables, schemas and records, as one text stream from which Load makes the same
  // database again: one JSON object a line, records as ExportCanonical orders them, with their
  // number and a checksum at the end, so that a cut stream is noticed. It is the state of one
  // moment, which the report names; on a handle that writes it is taken between two transactions,
  // as Begin does; writers go on meanwhile. Takes 24 bytes of memory a record of the largest table.
  // What the stream got of a dump that failed is not whole, and Load says so. kFailedPrecondition
  // as Begin, kInternal if the stream fails, kCancelled, kDataLoss.
  absl::StatusOr<DumpReport> Dump(std::ostream& output, const DumpOptions& options = {});
  // Makes a new database in `directory`, which is new or empty, of a dump. It goes on with the next
  // lsn, under an id of its own; dumped, it is the same stream again, byte by byte. Memory does not
  // grow with the stream. All of it happens or nothing: after an error, or problems in the report,
  // the directory is as it was; stopped at any moment it is no database and says so.
  //
  // kAlreadyExists (the directory holds something), kInvalidArgument (this is no dump),
  // kFailedPrecondition (of a newer version), kDataLoss (cut, or changed since), each with file,
  // line and column; kCancelled, and the disk's.
  static absl::StatusOr<LoadReport> Load(const std::string& directory, std::istream& input,
                                         const LoadOptions& options = {});

  // Cuts a few transactions of the database in `directory` into a small one in `target`, a new or
  // empty directory, that shows the same failure: the records that they touch, as these were
  // before, then the transactions themselves, done again one by one, under their lsns; their times
  // are those of the slice. No other record is needed: a unique value that one of them writes was
  // free by then. Values are masked on request: equal
  // ones are equal still, different ones different, of the same type and length, in the defaults of
  // schemas, too. This keeps names out of a bug report; it is no encryption. Takes no lock of
  // `directory` and writes nothing there.
  //
  // kNotFound (no database, no such lsn, or logs since then are missing), kAlreadyExists (`target`
  // holds something), kInvalidArgument (it lies in `directory`; no transaction there; no such
  // column), kFailedPrecondition (of the Python original; an alteration in the slice hides what was
  // before it; too few values to mask others by), kDataLoss, and the disk's. After an error
  // `target` is as it was.
  static absl::StatusOr<SliceReport> Slice(const std::string& directory, const std::string& target,
                                           const SliceOptions& options);

  // Removes the records of these primary keys (JSON, as of ReadRecordHistory) for good: from the
  // table, and from every log, archived and current, which are written anew without them. All other
  // records keep their past; the log says that, and when, something was purged, not what. Works for
  // records, and tables, that are gone. Writers wait throughout, readers do not. Stopped at any
  // moment it leaves a database that opens; running it again with the same keys finishes it.
  //
  // Copies elsewhere keep the records: backups, and what followed the log. A ChangeFeed position
  // with a checksum from before is refused (kAborted), subscriptions fail with that, and a backup
  // made before can neither be brought up to date nor restored with the archives of after.
  // Snapshots that are open read what they read before, until they end. The blocks that files had
  // on the disk are not overwritten.
  //
  // kNotFound (no such table anywhere, or a key of which there is nothing: then nothing is done),
  // kInvalidArgument (a key that no table of that name can have), kDataLoss (a log is damaged: it
  // is not rewritten), kFailedPrecondition (another purge was stopped, and is to be finished first;
  // otherwise as Checkpoint), kCancelled, and the disk's.
  absl::StatusOr<PurgeReport> Purge(std::string_view table, const std::vector<std::string>& keys,
                                    const PurgeOptions& options = {});
  // Makes a new database in `target`, a new or empty directory, of all that can still be read of
  // the damaged one in `directory`, whose bytes it does not touch, and whose lock it does not take.
  // Every record whose line is undamaged is in it, whatever is damaged around it; what a table's
  // file lost is taken from the log or an archive, and the other way round; what a transaction left
  // unfinished is not. Each damaged line is listed, with its bytes and what became of it, in the
  // rejects file and in RepairOptions::on_damage. The new database has an id of its own, no
  // archives, and goes on behind the highest lsn found; it was verified when this returns OK.
  // Memory grows with the number of records and the length of the logs.
  //
  // kNotFound (nothing of a database is there), kAlreadyExists (`target` holds something, or the
  // rejects file exists), kInvalidArgument (one of them lies in `directory`, or a schema of the
  // options is none), kFailedPrecondition (a newer format version, a directory of the Python
  // original), kCancelled, and the disk's. After an error `target` is no database, and opening it
  // says so, unless the error is that it did not verify (kInternal).
  static absl::StatusOr<RepairReport> Repair(const std::string& directory,
                                             const std::string& target,
                                             const RepairOptions& options = {});

  // Any thread. Lists the archives, so it reads the disk.
  Statistics Stats() const;
  const OpenReport& open_report() const;
  const std::string& directory() const;

  // Checks every file from end to end and repairs nothing; takes no lock. kNotFound if there is no
  // database; what is wrong with one is in the report.
  static absl::StatusOr<VerifyReport> Verify(const std::string& directory);

  // What the library's other headers work with. Not for direct use.
  engine::Engine& engine() const { return *engine_; }

 private:
  explicit Database(std::unique_ptr<engine::Engine> engine);
  absl::StatusOr<engine::TableCore> OpenOrCreate(const TableSchema& expected, bool* same_order);

  std::unique_ptr<engine::Engine> engine_;
};

template <class T>
absl::StatusOr<Table<T>> Database::OpenTable() {
  bool same_order = false;
  absl::StatusOr<engine::TableCore> core =
      OpenOrCreate(schema::StructCodec<T>::Schema(), &same_order);
  if (!core.ok()) return core.status();
  return Table<T>(*core, same_order);
}

}  // namespace linedb

#endif  // LINEDB_DATABASE_H_
