#include "engine/verify.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/history/purge_record.h"
#include "engine/index/index_files.h"
#include "engine/index/table_state.h"
#include "engine/lock_note.h"
#include "engine/open.h"
#include "engine/original_directory.h"
#include "engine/references/reference_judge.h"
#include "engine/storage/catalog.h"
#include "engine/storage/compacted_file.h"
#include "engine/storage/reading_attempts.h"
#include "engine/storage/shown_operations.h"
#include "engine/table_loader.h"
#include "engine/verify_findings.h"
#include "engine/verify_schemas.h"
#include "schema/primary_key.h"
#include "schema/schema_document.h"
#include "wal/wal_archive.h"
#include "wal/wal_recovery.h"

namespace linedb::engine {
namespace {

// A checkpoint by a writer in the middle of verifying makes it start again.
constexpr int kAttemptsMax = 20;

class Verifier {
 public:
  Verifier(wal::FileSystem& files, const wal::DatabasePaths& paths)
      : files_(files), paths_(paths) {}

  absl::Status Run();
  VerifyReport& report() { return report_; }
  // A file that a writer at work was about to rename, or has removed, is a problem to one look.
  bool MayHaveMissedRename() const {
    return writer_ == WriterState::kAlive && !report_.problems.empty();
  }

 private:
  absl::Status VerifyLog();
  void VerifyTables();
  void VerifyTable(const std::string& name, const wal::TableCheckpoint& checkpoint);
  void LoadLines(TableGeneration& table, const std::string& path);
  void Replay();
  void VerifyTail(TableState& table);
  void VerifyChecks(const TableState& table);
  bool IsDamaged(const std::string& table) const;
  void VerifyReferences();
  void VerifyOriginal();

  wal::FileSystem& files_;
  const wal::DatabasePaths& paths_;
  VerifyReport report_;
  VerifyFindings findings_{paths_, &report_.problems};
  Catalog catalog_;
  wal::RecoveredLog log_;
  TableMap tables_;
  std::map<std::string, std::string> records_paths_;  // of the tables that have files
  WriterState writer_ = WriterState::kNone;
};

absl::Status Verifier::VerifyLog() {
  absl::StatusOr<wal::RecoveredLog> log = wal::RecoverLog(files_, paths_, IsOriginal(catalog_));
  if (log.ok() && log->kind == wal::LogKind::kOriginal) {
    log_ = *std::move(log);
    return absl::OkStatus();
  }
  absl::StatusOr<std::vector<wal::LogProblem>> problems =
      wal::VerifyLogs(files_, paths_, writer_ == WriterState::kAlive);
  if (absl::IsNotFound(problems.status())) {  // a folder that is missing is a finding
    findings_.Add(paths_.Log(), 1, 0, "missing_file", std::string(problems.status().message()));
    return absl::OkStatus();
  }
  if (!problems.ok()) return problems.status();
  for (const wal::LogProblem& problem : *problems) {
    report_.problems.push_back(
        {problem.file, problem.line, problem.byte, problem.kind, "", problem.message});
  }
  absl::StatusOr<std::vector<wal::Archive>> archives = wal::ListArchives(files_, paths_);
  if (archives.ok()) report_.archives = archives->size();
  if (log.ok()) {
    log_ = *std::move(log);
    report_.log_lines = log_.entries.size();
  } else if (absl::IsDataLoss(log.status()) || absl::IsFailedPrecondition(log.status())) {
    if (problems->empty())
      findings_.Add(paths_.Log(), 1, 0, "log", std::string(log.status().message()));
  } else {
    return log.status();
  }
  return absl::OkStatus();
}

void Verifier::VerifyTables() {
  for (const auto& [name, checkpoint] : log_.header.tables) VerifyTable(name, checkpoint);
  Replay();
  VerifyReferences();
  for (const auto& [name, table] : tables_) {
    ++report_.tables;
    report_.records += table->generation->written.live;
  }
}

void Verifier::VerifyTable(const std::string& name, const wal::TableCheckpoint& checkpoint) {
  const auto entry = catalog_.find(name);
  if (entry == catalog_.end()) {
    absl::StatusOr<wal::FileInfo> there = files_.Stat(paths_.Schema(name));
    if (absl::IsNotFound(there.status())) {
      findings_.Add(paths_.Schema(name), 1, 0, "missing_file", "the file is missing");
    }
    return;  // unreadable: reported already
  }
  // An alteration's last step may be left to the next opening.
  CatalogEntry schema = entry->second;
  if (schema.checksum != checkpoint.schema_checksum && writer_ != WriterState::kNone) {
    absl::StatusOr<CatalogEntry> next = ReadNextSchemaFile(files_, paths_, name);
    if (next.ok()) schema = *std::move(next);
  }
  if (schema.checksum != checkpoint.schema_checksum) {
    findings_.Add(paths_.Schema(name), 1, 0, "checksum",
                  absl::StrCat("checksum ", wal::FormatChecksum(schema.checksum), ", expected ",
                               wal::FormatChecksum(checkpoint.schema_checksum)));
  }
  absl::StatusOr<schema::RecordLayout> layout = schema::RecordLayout::Create(schema.schema);
  if (!layout.ok()) {
    findings_.Add(paths_.Schema(name), 1, 0, "schema", std::string(layout.status().message()));
    return;
  }
  const bool awaits_rename =
      CompactedAwaitsRename(files_, paths_, name, checkpoint).value_or(false);
  const std::string path = awaits_rename ? paths_.RecordsCompacted(name) : paths_.Records(name);
  absl::StatusOr<std::unique_ptr<wal::File>> file = files_.Open(path, wal::OpenMode::kRead);
  if (!file.ok()) {
    findings_.AddUnreadable(path, "missing_file", file.status());
    return;
  }
  absl::StatusOr<RecordsFile> records = RecordsFile::Open(*std::move(file), checkpoint.bytes);
  if (!records.ok()) {
    findings_.AddUnreadable(path, "truncated", records.status());
    return;
  }
  auto table = std::make_shared<TableState>(*std::move(layout));
  TableGeneration& generation = *table->generation;
  generation.records = *std::move(records);
  generation.written.next_id = checkpoint.next_id;
  generation.records.ComputeChecksum();
  const std::size_t problems_before = report_.problems.size();
  LoadLines(generation, path);
  const bool located = report_.problems.size() > problems_before;
  if (generation.records.Checksum() != checkpoint.checksum && !located) {
    findings_.Add(path, 1, 0, "checksum",
                  absl::StrCat("checksum ", wal::FormatChecksum(generation.records.Checksum()),
                               ", expected ", wal::FormatChecksum(checkpoint.checksum),
                               " of the first ", checkpoint.bytes, " bytes: a value was changed"));
  } else if (!located && (generation.written.lines != checkpoint.lines ||
                          generation.written.live != checkpoint.live)) {
    findings_.Add(path, 1, 0, "count",
                  absl::StrCat(generation.written.lines, " lines with ", generation.written.live,
                               " records, the checkpoint says ", checkpoint.lines, " with ",
                               checkpoint.live));
  }
  // They are made anew by themselves, but something has damaged them.
  for (const IndexProblem& problem : VerifyIndex(files_, paths_, generation)) {
    findings_.Add(problem.path, 0, 0, "index", problem.message + "; the records are not concerned");
  }
  records_paths_[name] = path;
  tables_[name] = std::move(table);
}

// Judges every line, and enters those that are good.
void Verifier::LoadLines(TableGeneration& table, const std::string& path) {
  const std::string_view bytes = table.records.file_view();
  std::uint64_t number = 0;
  for (std::size_t begin = 0; begin < bytes.size();) {
    ++number;
    const std::size_t end = std::min(bytes.find('\n', begin), bytes.size());
    const std::string_view line = bytes.substr(begin, end - begin);
    // With its "\n", unless that is what is missing.
    const BadLine bad = FindBadLine(table.layout(), bytes.substr(begin, end + 1 - begin));
    RecordLocation clash;
    if (bad.line != 0) {
      findings_.Add(path, number, begin, "record", bad.reason);
    } else if (!table.LoadLine(RecordLocation(begin, line.size()), &clash)) {
      findings_.Add(
          path, number, begin, "duplicate_key",
          absl::StrCat("a unique value that the record at byte ", clash.offset(), " has already"),
          schema::PrimaryKeyOf(table.layout(), line).value_or(""));
    }
    begin = end + 1;
  }
  table.written.bytes = table.records.file_bytes();
}

void Verifier::Replay() {
  std::map<std::string, TableChanges> changes;
  const std::size_t shown_count = CountShown(log_.entries);
  for (std::size_t i = 0; i < log_.entries.size(); ++i) {
    const wal::LogEntry& entry = log_.entries[i];
    if (wal::IsOnLog(entry.operation)) continue;
    if (i < shown_count && wal::IsOnRecord(entry.operation)) continue;
    const std::string name(entry.table);
    if (entry.operation == wal::Operation::kCreateTable) {
      absl::StatusOr<schema::SchemaDocument> document = schema::ParseSchemaDocument(entry.record);
      absl::StatusOr<schema::RecordLayout> layout =
          document.ok() ? schema::RecordLayout::Create(document->schema) : document.status();
      if (!layout.ok()) {
        findings_.Add(paths_.Log(), entry.line, entry.byte, "schema",
                      std::string(layout.status().message()));
        continue;
      }
      const auto known = catalog_.find(name);
      // A crash may have left none yet; after a proper end it is there.
      if (writer_ == WriterState::kNone && !files_.Stat(paths_.Schema(name)).ok()) {
        findings_.Add(paths_.Schema(name), 1, 0, "missing_file", "the file is missing");
      }
      if (known != catalog_.end() &&
          known->second.checksum !=
              wal::ChecksumOf(schema::FormatSchemaDocument(document->schema))) {
        findings_.Add(paths_.Schema(name), 1, 0, "checksum",
                      absl::StrCat("not the schema that line ", entry.line, " of the log created"));
      }
      tables_[name] = std::make_shared<TableState>(*std::move(layout));
      continue;
    }
    if (entry.operation == wal::Operation::kDropTable ||
        entry.operation == wal::Operation::kAlterTable) {
      const auto shown = tables_.find(name);
      absl::Status fits =
          CheckShownByHeader(entry, shown == tables_.end() ? nullptr : shown->second.get());
      if (!fits.ok()) {
        findings_.Add(paths_.Log(), entry.line, entry.byte, "operation",
                      std::string(fits.message()));
      }
      continue;
    }
    const auto table = tables_.find(name);
    if (table == tables_.end()) {
      if (log_.header.tables.contains(name)) continue;  // its files are reported already
      findings_.Add(paths_.Log(), entry.line, entry.byte, "operation",
                    absl::StrCat("there is no table ", name));
      continue;
    }
    const auto [on_table, is_first] = changes.try_emplace(name, *table->second);
    if (is_first) on_table->second.ExemptFromChecks();  // VerifyChecks asks them in the end
    absl::Status done = ReplayOperation(on_table->second, entry);
    if (!done.ok()) {
      findings_.Add(paths_.Log(), entry.line, entry.byte, "operation", std::string(done.message()));
    }
  }
  for (auto& [name, table] : tables_) {
    VerifyTail(*table);
    VerifyChecks(*table);
  }
  for (auto& [name, table_changes] : changes) table_changes.Seal(/*accept_tail=*/false);
}

// Of the records in the end: an older version of one may be from before there was the check.
void Verifier::VerifyChecks(const TableState& table) {
  if (table.checks().empty()) return;
  const TableGeneration& generation = *table.generation;
  const auto known = records_paths_.find(table.name());
  const std::string path =
      known == records_paths_.end() ? paths_.Records(table.name()) : known->second;
  std::uint64_t number = 0;
  std::uint64_t byte = 0;
  for (std::string_view lines :
       {generation.records.file_view(), std::string_view(generation.records.tail())}) {
    while (!lines.empty()) {
      const std::string_view line = lines.substr(0, lines.find('\n'));
      ++number;
      if (!generation.IsSuperseded(byte, kNoLimit)) {
        // What is no record is reported as that.
        absl::Status checked = table.checks().Check(table.layout(), line);
        if (!checked.ok()) {
          findings_.Add(path, number, byte, "check", std::string(checked.message()),
                        schema::PrimaryKeyOf(table.layout(), line).value_or(""));
        }
      }
      byte += line.size() + 1;
      lines.remove_prefix(std::min(line.size() + 1, lines.size()));
    }
  }
}

// After a proper end the file goes on as the log says. After a crash it need not, and the next
// opening makes it so; but what it holds beyond the log is going to be cut.
void Verifier::VerifyTail(TableState& table) {
  if (writer_ == WriterState::kAlive) return;
  const bool died = writer_ == WriterState::kDied;
  // A compacted file may be about to take the place of the one that is judged here.
  if (died && files_.Stat(paths_.RecordsCompacted(table.name())).ok()) return;
  const std::string path = paths_.Records(table.name());
  absl::StatusOr<std::string> bytes = wal::ReadFile(files_, path);
  if (!bytes.ok()) {
    const bool is_expected = died && absl::IsNotFound(bytes.status());
    if (!table.generation->records.has_file() && !is_expected) {
      findings_.AddUnreadable(path, "missing_file", bytes.status());
    }
    return;
  }
  const std::uint64_t begin =
      std::min<std::uint64_t>(table.generation->records.file_bytes(), bytes->size());
  const std::string_view found = std::string_view(*bytes).substr(begin);
  const std::string& expected = table.generation->records.tail();
  if (found == expected || (died && found.size() <= expected.size())) return;
  const std::size_t same = static_cast<std::size_t>(
      std::mismatch(found.begin(), found.end(), expected.begin(), expected.end()).first -
      found.begin());
  const std::string_view before = std::string_view(*bytes).substr(0, begin + same);
  const std::uint64_t line =
      static_cast<std::uint64_t>(std::count(before.begin(), before.end(), '\n')) + 1;
  findings_.Add(path, line, begin + same, died ? "torn_tail" : "tail",
                "from here on the file is not what the log says");
}

// Of a table whose files have problems nobody knows which records it lacks.
bool Verifier::IsDamaged(const std::string& table) const {
  const std::string files[] = {wal::ShortName(paths_, paths_.Records(table)),
                               wal::ShortName(paths_, paths_.RecordsCompacted(table)),
                               wal::ShortName(paths_, paths_.Schema(table))};
  return std::any_of(report_.problems.begin(), report_.problems.end(), [&](const Problem& problem) {
    return std::find(std::begin(files), std::end(files), problem.file) != std::end(files);
  });
}

void Verifier::VerifyReferences() {
  const bool any_unknown =
      std::any_of(report_.problems.begin(), report_.problems.end(),
                  [](const Problem& problem) { return problem.kind == "operation"; });
  if (any_unknown) return;
  ReferenceJudge judge;
  std::set<std::string> damaged;
  for (const auto& [name, checkpoint] : log_.header.tables) {
    if (!tables_.contains(name) || IsDamaged(name)) damaged.insert(name);
  }
  for (const auto& [name, table] : tables_) judge.Add(table->generation);
  std::vector<JudgedReference> broken;
  const absl::Status judged = judge.JudgeAll([&](const JudgedReference& found) {
    const bool is_known =
        !damaged.contains(found.broken.table) && !damaged.contains(found.broken.referenced_table);
    if (is_known) broken.push_back(found);
    return broken.size() < kBrokenReferencesMax;
  });
  if (!judged.ok()) return;  // damage, which is told already
  for (const JudgedReference& each : broken) {
    findings_.Add(paths_.Records(each.broken.table), each.line, each.byte, "reference",
                  each.broken.message, each.key);
  }
}

void Verifier::VerifyOriginal() {
  OpenedDatabase opened;
  absl::Status loaded = LoadOriginal(files_, paths_, catalog_, &opened);
  if (!loaded.ok()) {
    report_.problems.push_back({"", 0, 0, "record", "", std::string(loaded.message())});
  }
  for (const auto& [name, table] : opened.tables) {
    ++report_.tables;
    report_.records += table->generation->written.live;
  }
  report_.log_lines = opened.report.operations_replayed;
}

absl::Status Verifier::Run() {
  writer_ = WriterStateOf(files_, paths_);
  if (absl::Status none = CheckNoPurge(files_, paths_); absl::IsUnavailable(none)) {
    findings_.Add(paths_.PurgeMark(), 0, 0, "purge", std::string(none.message()));
  }
  catalog_ = VerifySchemas(files_, paths_, &findings_);
  if (absl::Status done = VerifyLog(); !done.ok()) return done;
  if (log_.kind == wal::LogKind::kOriginal) {
    VerifyOriginal();
  } else {
    VerifyTables();
  }
  return findings_.unreadable();
}

}  // namespace

absl::StatusOr<VerifyReport> VerifyDatabase(wal::FileSystem& files,
                                            const wal::DatabasePaths& paths) {
  if (absl::Status there = CheckDatabaseExists(files, paths); !there.ok()) return there;
  int quiet_attempts = 0;
  for (int attempt = 1;; ++attempt) {
    const std::string identity = LogIdentity(files, paths);
    Verifier verifier(files, paths);
    absl::Status done = verifier.Run();
    if (LogIdentity(files, paths) != identity && attempt < kAttemptsMax) continue;
    if (verifier.MayHaveMissedRename() && ++quiet_attempts < kQuietAttemptsMax) continue;
    if (!done.ok()) return done;
    return std::move(verifier.report());
  }
}

}  // namespace linedb::engine
