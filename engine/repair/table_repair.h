// The records of one table, from everything that is left of it.

#ifndef LINEDB_ENGINE_REPAIR_TABLE_REPAIR_H_
#define LINEDB_ENGINE_REPAIR_TABLE_REPAIR_H_

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/history/records_copy.h"
#include "engine/repair/damage_list.h"
#include "engine/repair/key_verdict.h"
#include "engine/repair/records_scan.h"
#include "engine/repair/repair_logs.h"
#include "engine/repair/repair_tables.h"
#include "linedb/repair.h"
#include "schema/record_checks.h"
#include "schema/record_layout.h"
#include "wal/file_names.h"
#include "wal/file_system.h"

namespace linedb::engine {

// Reads the table's files when made; Decide says what stands. One thread; the logs and the table
// found outlive it, and it what it returns.
class TableRepair {
 public:
  // The disk's errors, and kCancelled.
  static absl::StatusOr<TableRepair> Read(wal::FileSystem& files, const wal::DatabasePaths& paths,
                                          const FoundTable& table, const RepairLogs& logs,
                                          LastWriter last_writer, CopyCount& count);

  // How many operations of the current log stand in the file only; nothing if the file, too, is
  // damaged, so that lines cannot be counted.
  std::optional<std::uint64_t> CountLinesBeyondLog() const;

  // `policy`: what becomes of previous versions. Adds what is damaged to the list.
  void Decide(PreviousVersions policy, DamageList* list);

  // After Decide: the canonical lines of the new file, in the order of the old one.
  const std::vector<std::string_view>& records() const { return records_; }
  std::int64_t next_id() const { return next_id_; }
  const RepairedTable& report() const { return report_; }
  const FoundTable& found() const { return *table_; }

 private:
  struct LogVersion {
    const LoggedChange* change = nullptr;
    std::string_view text;  // of the record, or of the last one before it was deleted
    bool deleted = false;
    bool fits = true;  // else `text` is as the log has it, and cannot be a record of this schema
  };
  // A version in the file that counts, or in the other one; its place among the lines.
  struct FileVersion {
    const ScannedLine* line = nullptr;
    std::size_t index = 0;
    bool in_second = false;
  };
  struct KeyFacts {
    std::optional<LogVersion> log;
    std::optional<FileVersion> file;
    bool log_text_before = false;  // `file` has a line before it that says what the log says
    const ScannedLine* damaged = nullptr;  // a line that seems to be the key's, behind `file`
    std::size_t damaged_index = 0;
  };
  // Of two records that clash, the one of the lower trust goes; of the same, the older one.
  enum class Trust { kPrevious, kFile, kLog };
  // A record of the new table.
  struct Chosen {
    std::string_view text;
    Trust trust = Trust::kFile;
    std::uint64_t age = 0;
    std::uint64_t place = 0;  // in the new file
    std::string key;
  };

  TableRepair(const FoundTable& table, const RepairLogs& logs, LastWriter last_writer)
      : table_(&table),
        layout_(&*table.layout),
        checks_(*layout_),
        logs_(&logs),
        last_writer_(last_writer) {}

  absl::Status ReadFiles(wal::FileSystem& files, const wal::DatabasePaths& paths, CopyCount& count);
  void ReadLog();
  void ReadFile();
  void ReadSecond();
  std::size_t FirstBeyondLog() const;
  struct CanonicalRecord {
    std::string_view text;  // as it is given, if it does not fit
    std::string_view tombstone;
    std::string key;  // empty: it cannot be told
    bool fits = true;
  };
  CanonicalRecord Canonical(std::string_view record, bool with_tombstone, wal::Lsn lsn);
  void ReadAlterations();
  // What alterations behind the operation made of its record, as far as they can be told.
  std::string Carried(std::string_view record, wal::Lsn lsn) const;
  // The line that a record, perhaps of before an alteration, is by the schema; or why it is none.
  absl::Status Fit(std::string_view record, std::string* line) const;
  CanonicalRecord Misfit(std::string_view record, bool with_tombstone);
  void ReadChange(const LoggedChange& change);
  void ReadLine(std::size_t index);
  void NoteKey(std::string_view key);
  bool IsOlder(const KeyFacts& facts) const;
  KeySigns SignsOf(const KeyFacts& facts) const;
  void DecideKey(const std::string& key, const KeyFacts& facts, PreviousVersions policy,
                 DamageList* list);
  void TakeFile(const std::string& key, const KeyFacts& facts, FileSign sign, DamageList* list);
  void TakeLog(const std::string& key, const KeyFacts& facts, Fate fate, DamageList* list);
  void TakePrevious(const std::string& key, const KeyFacts& facts, bool of_log,
                    PreviousVersions policy, DamageList* list);
  void TakeMisfit(const std::string& key, const KeyFacts& facts, PreviousVersions policy,
                  DamageList* list);
  void Choose(const std::string& key, const KeyFacts& facts, std::string_view text, Trust trust);
  // What became of the damaged line of a key, or, if there is none, of a line that is gone.
  void Tell(const std::string& key, const KeyFacts& facts, DamagedLine what, DamageList* list);
  bool IsFullyLogged() const;
  bool IsProven(const FileVersion& version, FileSign sign) const;
  // Whether what stands behind the end of the log is what the log lost.
  bool IsBeyondOfDamagedLog() const {
    return logs_->is_current_damaged() || !logs_->gaps().empty();
  }
  void TellDamaged(DamageList* list);
  void TellBeyond(DamageList* list);
  void TellUnproven(DamageList* list);
  void TellKeyless(DamageList* list);
  bool IsLoggedSinceCheckpoint() const;
  std::optional<std::uint64_t> CountExpected() const;
  void TellMissing(DamageList* list);
  void DropClashes(DamageList* list);
  DamagedLine At(const ScannedLine& line, const RecordsScan& scan) const;
  std::string KeyJson(std::string_view key) const;
  std::string FileName() const { return wal::ShortRecordsName(table_->name); }

  struct LoggedAlteration {
    wal::Lsn lsn;
    schema::RecordLayout from;
    schema::RecordLayout to;
  };

  const FoundTable* table_;
  const schema::RecordLayout* layout_;
  std::vector<LoggedAlteration> alterations_;
  std::optional<wal::TransactionId> shown_;
  schema::RecordChecks checks_;
  const RepairLogs* logs_;
  LastWriter last_writer_;

  bool is_compacted_ = false;          // of the two files the `.compacted` one counts
  RecordsScan scan_;                   // of the file that counts
  std::optional<RecordsScan> second_;  // of another one, that was to take its place, or gave it up
  std::size_t beyond_ = 0;             // the first line of scan_ behind what the log tells of
  std::deque<std::string> texts_;      // brought into canonical form
  absl::flat_hash_map<std::string, KeyFacts> keys_;
  absl::flat_hash_set<std::uint64_t> older_;      // checksums of what operations superseded
  absl::flat_hash_set<std::uint64_t> confirmed_;  // of all lines that operations made
  // The operations of the current log, as lines: the place of the last one with a text.
  absl::flat_hash_map<std::uint64_t, std::size_t> current_places_;
  std::vector<wal::Lsn> current_;
  std::vector<std::uint64_t> current_texts_;
  std::vector<const LoggedChange*> keyless_;  // whose record has no key by this schema
  // By the lines that are damaged: what stands instead.
  absl::flat_hash_map<const ScannedLine*, DamagedLine> told_;

  bool may_lack_lines_ = false;  // the file is not, or may not be, as it was written

  std::vector<Chosen> chosen_;
  std::uint64_t unproven_ = 0;       // lines that count, for which nothing but their form speaks
  std::uint64_t unproven_line_ = 0;  // the first of them
  std::vector<std::string_view> records_;
  std::int64_t next_id_ = 1;
  RepairedTable report_;
};

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_REPAIR_TABLE_REPAIR_H_
