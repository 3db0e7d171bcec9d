// The tables of a database as the log has them: each file up to the checkpoint, then the log's
// operations, then (for a writer) the files made to agree.

#ifndef LINEDB_ENGINE_TABLE_RECOVERY_H_
#define LINEDB_ENGINE_TABLE_RECOVERY_H_

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/checkpoint_tables.h"
#include "engine/index/table_state.h"
#include "engine/storage/catalog.h"
#include "engine/transaction/table_changes.h"
#include "linedb/options.h"
#include "wal/file_names.h"
#include "wal/file_system.h"
#include "wal/wal_recovery.h"

namespace linedb::engine {

// What a table holds in place of what its file says, the log's operations included: canonical lines
// of live records, each with its "\n".
struct GivenTable {
  std::string lines;
  std::int64_t next_id = 1;
};
using GivenTables = std::map<std::string, GivenTable>;

// One use: Load, then SettleTails (a writer) or PublishTails (a reader). DESIGN.md numbers the
// crash cases. One thread.
class TableRecovery {
 public:
  TableRecovery(wal::FileSystem& files, const wal::DatabasePaths& paths, const Options& options,
                const wal::RecoveredLog& log, const GivenTables* given = nullptr)
      : files_(files), paths_(paths), options_(options), log_(log), given_(given) {}

  // Reads the tables of the log's header and replays the log into memory. A writer also makes files
  // that the log created and a crash left out. kDataLoss with file, line and byte.
  absl::Status Load(const Catalog& catalog);

  // For a writer: where a file does not go on as the log says, cuts it and appends what is missing.
  // `clean`: the last writer ended properly, so that what is cut was not written by a crashed
  // transaction and is kept beside.
  absl::Status SettleTails(bool clean);
  // For a reader beside no writer: notes what the files hold beyond the log. Before PublishTails.
  absl::Status NoteSurplus();
  // For a reader: what was replayed counts, and stays in memory.
  absl::Status PublishTails();

  TableMap& tables() { return tables_; }
  // One sentence for each thing a person should know.
  std::vector<std::string>& notes() { return notes_; }
  // Whether files were changed, so that a checkpoint must follow.
  bool rewritten() const { return rewritten_; }
  std::uint64_t transactions_replayed() const { return transactions_replayed_; }
  std::uint64_t operations_replayed() const { return operations_replayed_; }

 private:
  absl::Status LoadTables(const Catalog& catalog);
  absl::Status LoadTable(const CatalogEntry& entry, const wal::TableCheckpoint& checkpoint);
  const GivenTable* FindGiven(std::string_view table) const {
    if (given_ == nullptr) return nullptr;
    const auto found = given_->find(std::string(table));
    return found == given_->end() ? nullptr : &found->second;
  }
  absl::Status TakeGiven(TableState& table, const GivenTable& given);
  absl::StatusOr<CatalogEntry> SchemaOf(const std::string& table, const Catalog& catalog,
                                        const wal::TableCheckpoint& checkpoint);
  absl::StatusOr<std::string> RecordsPath(const std::string& table,
                                          const wal::TableCheckpoint& checkpoint);
  absl::Status Replay(const Catalog& catalog);
  void MeasureReplay();
  void ReportReplay(const wal::LogEntry& entry, std::uint64_t* next) const;
  absl::Status ReplayEntry(const wal::LogEntry& entry, const Catalog& catalog);
  TableChanges* ChangesOf(std::string_view name);
  const TableState* FindTable(const std::string& name) const;
  absl::Status ReplayDropTable(const wal::LogEntry& entry);
  absl::Status ReplayAlterTable(const wal::LogEntry& entry);
  absl::Status ReplayCreateTable(const wal::LogEntry& entry, const Catalog& catalog);
  absl::Status SettleTail(TableState& table, bool clean);
  void NoteMoreThanTail(TableState& table, std::uint64_t surplus_bytes);
  static void Publish(TableChanges& changes);

  bool writing() const { return options_.access == Access::kReadWrite; }
  void Note(std::string sentence) { notes_.push_back(std::move(sentence)); }
  std::string Short(const std::string& path) const { return wal::ShortName(paths_, path); }

  wal::FileSystem& files_;
  const wal::DatabasePaths& paths_;
  const Options& options_;
  const wal::RecoveredLog& log_;
  const GivenTables* given_;  // null: none
  const SpillSpace spill_space_{files_, paths_};
  TableMap tables_;
  std::map<std::string_view, TableChanges::Replayed> expected_;  // by the names in the log
  std::map<std::string, TableChanges> changes_;                  // what the log did, table by table
  std::string_view last_table_;                                  // the last operation's, in the log
  TableChanges* last_changes_ = nullptr;
  std::set<std::string> dropped_;  // by the log, whatever is left of their files
  std::vector<std::string> notes_;
  bool rewritten_ = false;
  std::uint64_t transactions_replayed_ = 0;
  std::uint64_t operations_replayed_ = 0;
};

// The path, or the path with the first of .2, .3 … that no file has: what is kept for a person is
// never replaced.
absl::StatusOr<std::string> FreeName(wal::FileSystem& files, const std::string& path);

// Writes bytes that do not count to a file of their own, under FreeName's name, which it returns.
absl::StatusOr<std::string> KeepSurplus(wal::FileSystem& files, const std::string& path,
                                        std::string_view bytes);

// Makes the empty .records file of a table that was just created, and its state.
absl::StatusOr<std::shared_ptr<TableState>> NewTable(wal::FileSystem& files,
                                                     const wal::DatabasePaths& paths,
                                                     const CatalogEntry& entry);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_TABLE_RECOVERY_H_
