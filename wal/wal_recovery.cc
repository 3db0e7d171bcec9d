#include "wal/wal_recovery.h"

#include <algorithm>
#include <cassert>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "wal/recovery_table.h"
#include "wal/wal_archive.h"
#include "wal/wal_line.h"
#include "wal/wal_reader.h"

namespace linedb::wal {
namespace {

// How often a rotation may come between two steps of reading before that is no rotation any more.
constexpr int kReadAttemptsMax = 100;

// How many entries are read before the number of all is estimated.
constexpr std::size_t kEntriesMeasured = 256;

// The log as read, and what was found out about it.
struct Findings {
  LogFact log = LogFact::kMissing;
  BesideFact beside = BesideFact::kNothing;
  TailFact tail = TailFact::kClean;
  RecoveredLog recovered;
  absl::Status header_status;
  std::string tail_problem;
};

absl::StatusOr<bool> HoldsAny(FileSystem& files, const std::string& directory,
                              bool (*wanted)(std::string_view)) {
  const absl::StatusOr<std::vector<std::string>> names = files.List(directory);
  if (absl::IsNotFound(names.status())) return false;
  if (!names.ok()) return names.status();
  return std::any_of(names->begin(), names->end(), wanted);
}

absl::StatusOr<BesideFact> LookBeside(FileSystem& files, const DatabasePaths& paths,
                                      bool is_original) {
  // An adopted original keeps its schema files, but its archives are ours from then on.
  const absl::StatusOr<bool> archives =
      HoldsAny(files, paths.WalDirectory(), [](std::string_view name) {
        const std::optional<ArchiveName> archive = ParseArchiveName(name);
        return archive.has_value() && !archive->original;
      });
  if (!archives.ok()) return archives.status();
  if (*archives) return BesideFact::kOurs;
  const absl::StatusOr<bool> schema =
      HoldsAny(files, paths.SchemaDirectory(),
               [](std::string_view name) { return TableOfSchemaFile(name).has_value(); });
  if (!schema.ok()) return schema.status();
  if (*schema) return is_original ? BesideFact::kOriginal : BesideFact::kOurs;
  const absl::StatusOr<bool> records =
      HoldsAny(files, paths.DataDirectory(),
               [](std::string_view name) { return TableOfRecordsFile(name).has_value(); });
  if (!records.ok()) return records.status();
  return *records ? BesideFact::kOurs : BesideFact::kNothing;
}

// Maps the log. A rotation meanwhile, by another process, makes it read the new one from the start.
absl::Status ReadText(FileSystem& files, const DatabasePaths& paths, RecoveredLog* recovered) {
  for (int attempt = 0; attempt < kReadAttemptsMax; ++attempt) {
    const absl::StatusOr<FileInfo> before = files.Stat(paths.Log());
    if (!before.ok()) return before.status();
    absl::StatusOr<std::unique_ptr<File>> file = files.Open(paths.Log(), OpenMode::kRead);
    if (!file.ok()) return file.status();
    const absl::StatusOr<std::uint64_t> bytes = (*file)->Size();
    if (!bytes.ok()) return bytes.status();
    absl::StatusOr<std::shared_ptr<const Mapping>> mapping = (*file)->Map(*bytes);
    if (!mapping.ok()) return mapping.status();
    const absl::StatusOr<FileInfo> after = files.Stat(paths.Log());
    if (!after.ok()) return after.status();
    if (before->identity != after->identity) continue;
    assert((*mapping)->capacity() >= *bytes);
    recovered->mapping = *std::move(mapping);
    recovered->text = std::string_view(recovered->mapping->data(), *bytes);
    recovered->identity = after->identity;
    recovered->file = *std::move(file);
    return absl::OkStatus();
  }
  return absl::InternalError(
      absl::StrCat(ShortName(paths, paths.Log()), " is replaced faster than it can be read"));
}

// A damaged header of ours must not pass for a log of something else: any trace counts.
LogFact FactOfDamage(std::string_view text) {
  const std::size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  const bool ours = line.find("linedb-wal") != std::string_view::npos ||
                    line.find(kPreviousKey) != std::string_view::npos ||
                    line.find(kChecksumKey) != std::string_view::npos;
  if (!ours) return LogFact::kUnreadable;
  return end == std::string_view::npos ? LogFact::kTorn : LogFact::kDamaged;
}

LogFact FactOfHeader(const absl::Status& status, std::string_view text) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return LogFact::kOurs;
    case absl::StatusCode::kNotFound:
      return LogFact::kOriginal;
    case absl::StatusCode::kFailedPrecondition:
      return LogFact::kNewer;
    default:
      return text.empty() ? LogFact::kEmpty : FactOfDamage(text);
  }
}

// Makes room for as many entries as the log has, if its lines go on as they did up to `byte`.
void ReserveEntries(std::uint64_t byte, RecoveredLog* recovered) {
  assert(byte > 0 && byte < recovered->text.size());
  const std::size_t read = recovered->entries.size();
  const std::size_t lines = recovered->text.size() / (byte / read);
  recovered->entries.reserve(lines + lines / 16);
}

// Reads the operations; keeps those of whole transactions.
void ReadOperations(WalReader& reader, const LogProgress& progress, RecoveredLog* recovered) {
  std::size_t whole = 0;
  std::uint64_t progress_next = kLogProgressBytes;
  recovered->position = reader.position();
  LogEntry entry;
  while (reader.Next(&entry)) {
    if (recovered->entries.size() == kEntriesMeasured) ReserveEntries(entry.byte, recovered);
    recovered->entries.push_back(entry);
    if (entry.byte >= progress_next) {
      progress_next = entry.byte + kLogProgressBytes;
      if (progress) progress(entry.byte, recovered->text.size());
    }
    if (!entry.commit) continue;
    whole = recovered->entries.size();
    recovered->position = reader.position();
  }
  recovered->entries.resize(whole);
  recovered->torn_bytes = recovered->text.size() - recovered->position.bytes;
  assert(whole == recovered->position.next_lsn.value - recovered->header.first_lsn.value);
}

std::string DescribeStop(const WalReader& reader) {
  const LogStop& stop = reader.stop();
  if (stop.reason.empty()) {
    return absl::StrCat("transaction ", reader.position().next_transaction.value,
                        " has no commit line");
  }
  return absl::StrCat("line ", stop.line, " byte ", stop.byte, ": ", stop.reason);
}

// Judges what is behind the last whole transaction.
void JudgeTail(const std::string& name, const WalReader& reader, Findings* findings) {
  RecoveredLog& recovered = findings->recovered;
  if (recovered.torn_bytes == 0) return;
  recovered.torn_line = recovered.position.lines + 1;
  recovered.torn_reason = DescribeStop(reader);
  findings->tail = TailFact::kTorn;
  const Lsn hole = reader.position().next_lsn;
  const std::optional<LogEntry> proof = FindDurableProof(recovered.text, reader.stop().byte, hole);
  if (!proof.has_value()) return;
  findings->tail = TailFact::kDurableBelow;
  findings->tail_problem = absl::StrCat(name, " ", recovered.torn_reason, "; line ", proof->line,
                                        " proves lsn ", hole.value, " was synced");
}

// The first lsn of what an archive holds, if that can be read.
std::optional<Lsn> FirstLsnIn(FileSystem& files, const DatabasePaths& paths,
                              const Archive& archive) {
  const absl::StatusOr<std::string> text = ReadListedArchive(files, paths, archive);
  if (!text.ok()) return std::nullopt;
  WalReader reader(*text, archive.path);
  LogHeader header;
  if (!reader.ReadHeader(&header).ok()) return std::nullopt;
  return header.first_lsn;
}

// A log that was in force once is a valid log, and an archive swapped with the log in force would
// open to the records of long ago. But archives are made of logs that came before: one behind this
// log, by its name or by what it holds, shows that this log has been replaced. `archives` were
// listed before the log was read, so no rotation since can have added one.
void JudgeArchives(FileSystem& files, const DatabasePaths& paths,
                   const std::vector<Archive>& archives, Findings* findings) {
  const Lsn first = findings->recovered.header.first_lsn;
  for (const Archive& archive : archives) {
    if (archive.name.original || archive.name.first < first) continue;
    // The same first lsn: a second name or a copy of this log, which a crash has left.
    const bool later =
        archive.name.first > first || FirstLsnIn(files, paths, archive).value_or(first) > first;
    if (!later) continue;
    findings->tail = TailFact::kReplaced;
    findings->tail_problem = absl::StrCat(
        ShortName(paths, paths.Log()), " line 1 byte 0: begins at lsn ", first.value, ", but ",
        ShortName(paths, archive.path), " holds a later log: this is not the one in force");
    return;
  }
}

absl::Status Refusal(const std::string& name, const RecoveryCase& row, const Findings& findings) {
  const std::string why(row.name);
  if (!findings.tail_problem.empty()) return absl::DataLossError(findings.tail_problem);
  if (findings.log == LogFact::kMissing) {
    return absl::DataLossError(
        absl::StrCat(name, " line 1 byte 0: ", why, ", beside files of this format"));
  }
  if (absl::IsDataLoss(findings.header_status)) {
    return absl::DataLossError(
        absl::StrCat(std::string(findings.header_status.message()), " (", why, ")"));
  }
  return absl::DataLossError(absl::StrCat(name, " line 1 byte 0: ", why));
}

// By their names alone.
absl::StatusOr<std::vector<Archive>> NamedArchives(FileSystem& files, const DatabasePaths& paths) {
  const absl::StatusOr<std::vector<std::string>> names = files.List(paths.WalDirectory());
  if (absl::IsNotFound(names.status())) return std::vector<Archive>();
  if (!names.ok()) return names.status();
  std::vector<Archive> archives;
  for (const std::string& file_name : *names) {
    const std::optional<ArchiveName> name = ParseArchiveName(file_name);
    if (name.has_value()) archives.push_back(Archive{*name, paths.Archive(*name), 0});
  }
  return archives;
}

// Reads the log, and what stands beside it where that matters.
absl::StatusOr<Findings> ReadLog(FileSystem& files, const DatabasePaths& paths,
                                 const LogProgress& progress) {
  Findings findings;
  const absl::StatusOr<std::vector<Archive>> archives = NamedArchives(files, paths);
  if (!archives.ok()) return archives.status();
  RecoveredLog& recovered = findings.recovered;
  const absl::Status read = ReadText(files, paths, &recovered);
  if (absl::IsNotFound(read)) return findings;
  if (!read.ok()) return read;
  const std::string name = ShortName(paths, paths.Log());
  WalReader reader(recovered.text, name);
  findings.header_status = reader.ReadHeader(&recovered.header);
  findings.log = FactOfHeader(findings.header_status, recovered.text);
  if (findings.log == LogFact::kOurs) {
    ReadOperations(reader, progress, &recovered);
    JudgeTail(name, reader, &findings);
    JudgeArchives(files, paths, *archives, &findings);
  }
  return findings;
}

absl::StatusOr<Findings> Find(FileSystem& files, const DatabasePaths& paths, bool is_original,
                              const LogProgress& progress) {
  absl::StatusOr<Findings> findings = ReadLog(files, paths, progress);
  // Nothing beside a log of ours changes what is done about it.
  if (!findings.ok() || findings->log == LogFact::kOurs) return findings;
  const absl::StatusOr<BesideFact> beside = LookBeside(files, paths, is_original);
  if (!beside.ok()) return beside.status();
  // Again, now that it is known what is beside: another process may be creating the database, and
  // makes the log first.
  findings = ReadLog(files, paths, progress);
  if (findings.ok()) findings->beside = *beside;
  return findings;
}

}  // namespace

absl::StatusOr<RecoveredLog> RecoverLog(FileSystem& files, const DatabasePaths& paths,
                                        bool is_original, const LogProgress& progress) {
  absl::StatusOr<Findings> findings = Find(files, paths, is_original, progress);
  if (!findings.ok()) return findings.status();
  const RecoveryCase& row = FindRecoveryCase(findings->log, findings->beside, findings->tail);
  assert(row.Matches(findings->log, findings->beside, findings->tail));
  switch (row.decision) {
    case Decision::kNoDatabase:
      return absl::NotFoundError(absl::StrCat(paths.directory(), " holds no database"));
    case Decision::kRefuseDamage:
      return Refusal(ShortName(paths, paths.Log()), row, *findings);
    case Decision::kRefuseNewer:
      return findings->header_status;
    case Decision::kOpenOriginal:
      findings->recovered.kind = LogKind::kOriginal;
      findings->recovered.header = LogHeader{};
      break;
    case Decision::kReplay:
    case Decision::kCutTail:
      assert(findings->recovered.position.bytes > 0);
      break;
  }
  return std::move(findings->recovered);
}

}  // namespace linedb::wal
