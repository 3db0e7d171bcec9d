// What the logs of a damaged database still tell: the operations in order, and where some are
// missing.

#ifndef LINEDB_ENGINE_REPAIR_REPAIR_LOGS_H_
#define LINEDB_ENGINE_REPAIR_REPAIR_LOGS_H_

#include <algorithm>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/history/records_copy.h"
#include "engine/repair/damage_list.h"
#include "wal/file_names.h"
#include "wal/file_system.h"
#include "wal/wal_format.h"
#include "wal/wal_salvage.h"

namespace linedb::engine {

// Whether the process that wrote last ended properly, so that nothing was on its way.
enum class LastWriter { kClosed, kCrashed };

// A log or archive that was read, as far as it could be.
struct RepairLog {
  std::string name;  // "wal/transaction.log"
  bool is_current = false;
  std::string text;
  wal::SalvagedLog salvaged;
};

struct LoggedChange {
  const wal::LogEntry* entry = nullptr;
  const RepairLog* log = nullptr;

  // "wal/transaction.log line 17"
  std::string Place() const;
};

// Operations that no log has any more: [first, last].
struct LsnGap {
  wal::Lsn first;
  wal::Lsn last;
};

class RepairLogs {
 public:
  // Reads the logs; what is lost of them is not told yet (TellLost). kFailedPrecondition for a
  // newer version; the disk's errors, but for logs that are missing.
  static absl::StatusOr<RepairLogs> Read(wal::FileSystem& files, const wal::DatabasePaths& paths,
                                         LastWriter last_writer, CopyCount& count);

  // Of the current log; null if it is lost.
  const wal::LogHeader* header() const { return header_; }
  // By lsn, each once. Without those of a transaction that a crash left without its end.
  const std::vector<LoggedChange>& changes() const { return changes_; }
  const std::vector<LsnGap>& gaps() const { return gaps_; }
  // Whether operations may be missing behind the last one.
  bool ends_early() const { return ends_early_; }
  // Whether something in the current log is lost, wherever.
  bool is_current_damaged() const { return ends_early_ || current_lost_ > 0; }
  // Whether every operation behind this one is there.
  bool IsCompleteAfter(wal::Lsn lsn) const;
  // The highest lsn of which there is any trace.
  wal::Lsn newest() const { return newest_; }
  wal::TransactionId newest_transaction() const { return newest_transaction_; }
  // Whether the current log still begins with what was read of it: no writer has begun another.
  absl::StatusOr<bool> IsCurrent(wal::FileSystem& files, const wal::DatabasePaths& paths) const;

  // Adds what is lost of the logs. `beyond`: how many operations stand in the tables only; nothing
  // if that cannot be told.
  void TellLost(std::optional<std::uint64_t> beyond, DamageList* list) const;

 private:
  absl::Status ReadArchives(wal::FileSystem& files, const wal::DatabasePaths& paths,
                            CopyCount& count);
  absl::Status ReadCurrent(wal::FileSystem& files, const wal::DatabasePaths& paths,
                           CopyCount& count);
  absl::Status Add(std::string name, std::string text, bool is_current);
  void NoteFile(const std::string& name, const std::string& reason, Fate fate);
  void Order();
  void CutUnfinished(LastWriter last_writer);
  void FindGaps();
  void FindEnd(LastWriter last_writer);
  Fate FateOfLost(std::optional<std::uint64_t> beyond) const;
  std::uint64_t LastByteIn(const RepairLog& log) const;
  void TellMissing(std::optional<std::uint64_t> beyond, DamageList* list) const;

  std::deque<RepairLog> logs_;  // changes point into them
  const RepairLog* current_ = nullptr;
  const wal::LogHeader* header_ = nullptr;
  std::vector<LoggedChange> changes_;
  std::vector<LoggedChange> unfinished_;
  std::vector<LsnGap> gaps_;
  bool ends_early_ = false;
  bool torn_ = false;  // what is lost at the end of the current log is what a crash tore
  std::uint64_t current_lost_ = 0;
  std::uint64_t current_missing_ = 0;
  wal::Lsn archived_;  // the highest one that an archive is named after
  wal::Lsn newest_;
  wal::TransactionId newest_transaction_;
  std::vector<DamagedLine> files_lost_;
};

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_REPAIR_REPAIR_LOGS_H_
