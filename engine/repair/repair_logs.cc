#include "engine/repair/repair_logs.h"

#include <algorithm>
#include <cassert>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "wal/wal_archive.h"
#include "wal/wal_compression.h"

namespace linedb::engine {

std::string LoggedChange::Place() const { return absl::StrCat(log->name, " line ", entry->line); }

void RepairLogs::NoteFile(const std::string& name, const std::string& reason, Fate fate) {
  DamagedLine line;
  line.file = name;
  line.reason = reason;
  line.fate = fate;
  files_lost_.push_back(std::move(line));
}

absl::Status RepairLogs::Add(std::string name, std::string text, bool is_current) {
  RepairLog& log = logs_.emplace_back();
  log.name = std::move(name);
  log.is_current = is_current;
  log.text = std::move(text);
  absl::StatusOr<wal::SalvagedLog> salvaged = wal::SalvageLog(log.text, log.name);
  if (!salvaged.ok()) {
    if (!absl::IsNotFound(salvaged.status())) return salvaged.status();
    return absl::FailedPreconditionError(absl::StrCat(
        log.name, " line 1 byte 0: a log of the Python original; opening the database for ",
        "writing makes it linedb's"));
  }
  log.salvaged = *std::move(salvaged);
  if (is_current) {
    current_ = &log;
    header_ = log.salvaged.header.has_value() ? &*log.salvaged.header : nullptr;
    if (header_ == nullptr && !log.text.empty()) {
      NoteFile(log.name, "what it says of the last checkpoint is lost", Fate::kLost);
    }
  }
  return absl::OkStatus();
}

absl::Status RepairLogs::ReadArchives(wal::FileSystem& files, const wal::DatabasePaths& paths,
                                      CopyCount& count) {
  absl::StatusOr<std::vector<wal::Archive>> archives = wal::ListArchives(files, paths);
  if (absl::IsNotFound(archives.status())) return absl::OkStatus();
  if (!archives.ok()) return archives.status();
  for (const wal::Archive& archive : *archives) {
    if (archive.name.original) continue;
    const std::string name = wal::ShortName(paths, archive.path);
    newest_ = std::max(newest_, archive.name.last);
    archived_ = std::max(archived_, archive.name.last);
    absl::StatusOr<std::string> text = wal::ReadListedArchive(files, paths, archive);
    if (absl::IsNotFound(text.status())) continue;  // the oldest go, beside us, too
    if (absl::IsDataLoss(text.status())) {
      absl::StatusOr<std::string> bytes = wal::ReadFile(files, archive.path);
      if (!bytes.ok()) return bytes.status();
      NoteFile(name, std::string(text.status().message()), Fate::kNotCounted);
      text = wal::DecompressDamaged(*bytes);
    }
    if (!text.ok()) return text.status();
    absl::Status added = Add(name, *std::move(text), /*is_current=*/false);
    if (added.ok()) added = count.AddCopied(archive.bytes);
    if (!added.ok()) return added;
  }
  return absl::OkStatus();
}

absl::Status RepairLogs::ReadCurrent(wal::FileSystem& files, const wal::DatabasePaths& paths,
                                     CopyCount& count) {
  const std::string name = wal::ShortName(paths, paths.Log());
  absl::StatusOr<std::string> text = wal::ReadFile(files, paths.Log());
  if (absl::IsNotFound(text.status())) {
    NoteFile(name, "the file is missing", Fate::kLost);
    return absl::OkStatus();
  }
  if (!text.ok()) return text.status();
  if (text->empty()) NoteFile(name, "the file is empty", Fate::kLost);
  const std::uint64_t bytes = text->size();
  absl::Status added = Add(name, *std::move(text), /*is_current=*/true);
  return added.ok() ? count.AddCopied(bytes) : added;
}

// Each operation once, however many files have it: a crash in a rotation leaves two names of a log.
void RepairLogs::Order() {
  std::map<std::uint64_t, std::pair<LoggedChange, wal::LineProof>> by_lsn;
  for (const RepairLog& log : logs_) {
    for (const wal::SalvagedLine& line : log.salvaged.lines) {
      const LoggedChange change{&line.entry, &log};
      const auto hint = by_lsn.lower_bound(line.entry.lsn.value);
      if (hint == by_lsn.end() || hint->first != line.entry.lsn.value) {
        by_lsn.emplace_hint(hint, line.entry.lsn.value, std::pair(change, line.proof));
      } else if (hint->second.second == wal::LineProof::kForm) {
        hint->second = {change, line.proof};
      }
    }
  }
  changes_.reserve(by_lsn.size());
  for (const auto& [lsn, change] : by_lsn) changes_.push_back(change.first);
}

// A crash leaves a transaction without its last line; whoever closes a database does not.
void RepairLogs::CutUnfinished(LastWriter last_writer) {
  if (last_writer == LastWriter::kClosed) return;
  while (!changes_.empty() && !changes_.back().entry->commit && changes_.back().log->is_current) {
    unfinished_.push_back(changes_.back());
    changes_.pop_back();
  }
  std::reverse(unfinished_.begin(), unfinished_.end());
}

void RepairLogs::FindGaps() {
  const std::uint64_t header_first = header_ != nullptr ? header_->first_lsn.value : 0;
  std::uint64_t next = changes_.empty() ? header_first : changes_.front().entry->lsn.value;
  const auto note = [&](std::uint64_t first, std::uint64_t last) {
    if (first > last) return;
    gaps_.push_back({wal::Lsn{first}, wal::Lsn{last}});
    if (header_ == nullptr || last < header_first) return;
    current_missing_ += last - std::max(first, header_first) + 1;
  };
  for (const LoggedChange& change : changes_) {
    note(next, change.entry->lsn.value - 1);
    next = change.entry->lsn.value + 1;
  }
  // What an archive is named after, and what is before the current log, has been.
  const std::uint64_t known =
      std::max(newest_.value, header_first > 0 ? header_first - 1 : std::uint64_t{0});
  note(std::max<std::uint64_t>(next, 1), known);
  newest_ = wal::Lsn{std::max(known, next > 0 ? next - 1 : std::uint64_t{0})};
  for (const LoggedChange& change : unfinished_) newest_ = std::max(newest_, change.entry->lsn);
}

void RepairLogs::FindEnd(LastWriter last_writer) {
  bool lost_behind = false;  // what counts if it was closed, when nothing is unfinished
  if (current_ != nullptr) {
    const std::uint64_t last_byte = LastByteIn(*current_);
    for (const wal::DamagedPiece& piece : current_->salvaged.lost) {
      if (piece.copy) continue;
      ++current_lost_;
      lost_behind = lost_behind || piece.byte > last_byte;
    }
  }
  torn_ = last_writer == LastWriter::kCrashed;
  ends_early_ = header_ == nullptr || (lost_behind && last_writer == LastWriter::kClosed);
  // A crash in a rotation leaves a log under two names; whoever closes a database does not.
  if (header_ != nullptr && archived_ >= header_->first_lsn && last_writer == LastWriter::kClosed) {
    ends_early_ = true;
    NoteFile(current_->name, "it was archived, so that another log came after it, which is gone",
             Fate::kLost);
  }
  const bool is_open = !changes_.empty() && changes_.back().log->is_current &&
                       !changes_.back().entry->commit && last_writer == LastWriter::kClosed;
  if (is_open) {
    ends_early_ = true;
    NoteFile(current_->name, "it ends within a transaction, whose last lines are gone",
             Fate::kLost);
  }
  for (const RepairLog& log : logs_) {
    for (const wal::SalvagedLine& line : log.salvaged.lines) {
      newest_transaction_ = std::max(newest_transaction_, line.entry.transaction);
    }
  }
  if (header_ != nullptr) {
    newest_transaction_ =
        std::max(newest_transaction_, wal::TransactionId{header_->first_transaction.value - 1});
  }
}

bool RepairLogs::IsCompleteAfter(wal::Lsn lsn) const {
  return !ends_early_ && (gaps_.empty() || gaps_.back().last < lsn);
}

absl::StatusOr<RepairLogs> RepairLogs::Read(wal::FileSystem& files, const wal::DatabasePaths& paths,
                                            LastWriter last_writer, CopyCount& count) {
  RepairLogs logs;
  absl::Status done = logs.ReadArchives(files, paths, count);
  if (done.ok()) done = logs.ReadCurrent(files, paths, count);
  if (!done.ok()) return done;
  logs.Order();
  logs.CutUnfinished(last_writer);
  logs.FindGaps();
  logs.FindEnd(last_writer);
  return logs;
}

absl::StatusOr<bool> RepairLogs::IsCurrent(wal::FileSystem& files,
                                           const wal::DatabasePaths& paths) const {
  absl::StatusOr<std::unique_ptr<wal::File>> file = files.Open(paths.Log(), wal::OpenMode::kRead);
  if (absl::IsNotFound(file.status())) return current_ == nullptr;
  if (!file.ok()) return file.status();
  if (current_ == nullptr) return false;
  absl::StatusOr<std::string> text = (*file)->ReadAt(0, current_->text.size());
  if (!text.ok()) return text.status();
  return *text == current_->text;
}

namespace {

// Whether the lines around a place of the log follow each other, so that none was lost there.
bool IsWithoutGap(const RepairLog& log, std::uint64_t byte) {
  if (!log.salvaged.header.has_value()) return false;
  std::uint64_t before = log.salvaged.header->first_lsn.value - 1;
  std::uint64_t before_byte = 0;
  std::uint64_t behind = 0;
  std::uint64_t behind_byte = UINT64_MAX;
  for (const wal::SalvagedLine& line : log.salvaged.lines) {
    const std::uint64_t at = line.entry.byte;
    if (at < byte && at >= before_byte) {
      before_byte = at;
      before = line.entry.lsn.value;
    } else if (at > byte && at < behind_byte) {
      behind_byte = at;
      behind = line.entry.lsn.value;
    }
  }
  return behind == before + 1;
}

constexpr char kOfThePast[] = "; of the past, which the tables are beyond";

DamagedLine DamagedLineOf(const RepairLog& log, const wal::DamagedPiece& piece) {
  DamagedLine line;
  line.file = log.name;
  line.line = piece.line;
  line.byte = piece.byte;
  line.bytes = std::string(piece.bytes);
  line.reason = piece.reason;
  return line;
}

}  // namespace

// Of a line of the current log that is lost. How many operations stood behind the end of what is
// left, nobody knows.
Fate RepairLogs::FateOfLost(std::optional<std::uint64_t> beyond) const {
  if (header_ == nullptr) return Fate::kKept;
  if (beyond.value_or(0) == 0) return Fate::kLost;
  const std::uint64_t missing = std::max(current_missing_, current_lost_);
  return *beyond >= missing && !ends_early_ ? Fate::kRecovered : Fate::kKept;
}

// Lines of the current log that are gone without a piece that is left of them.
void RepairLogs::TellMissing(std::optional<std::uint64_t> beyond, DamageList* list) const {
  if (header_ == nullptr || current_missing_ <= current_lost_) return;
  DamagedLine line;
  line.file = current_->name;
  line.fate = FateOfLost(beyond);
  for (const LsnGap& gap : gaps_) {
    if (gap.last < header_->first_lsn) continue;
    absl::StrAppend(&line.reason, line.reason.empty() ? "" : "; ",
                    gap.last.value - gap.first.value + 1, " operations, of lsn ", gap.first.value,
                    " to ", gap.last.value, ", are missing");
  }
  list->Add(std::move(line));
}

// Where the last line of a whole transaction begins in it, of which another file may have a copy.
std::uint64_t RepairLogs::LastByteIn(const RepairLog& log) const {
  const auto is_unfinished = [this](wal::Lsn lsn) {
    return !unfinished_.empty() && lsn >= unfinished_.front().entry->lsn;
  };
  std::uint64_t last_byte = 0;
  for (const wal::SalvagedLine& line : log.salvaged.lines) {
    if (!is_unfinished(line.entry.lsn)) last_byte = std::max(last_byte, line.entry.byte);
  }
  return last_byte;
}

void RepairLogs::TellLost(std::optional<std::uint64_t> beyond, DamageList* list) const {
  TellMissing(beyond, list);
  for (DamagedLine line : files_lost_) {
    if (line.fate == Fate::kLost) line.fate = Fate::kKept;  // nothing but the tables is left
    list->Add(std::move(line));
  }
  for (const RepairLog& log : logs_) {
    const std::uint64_t last_byte = LastByteIn(log);
    for (const wal::DamagedPiece& piece : log.salvaged.mended_lines) {
      if (piece.byte > last_byte) continue;  // of an unfinished transaction
      DamagedLine line = DamagedLineOf(log, piece);
      line.fate = log.is_current ? Fate::kRecovered : Fate::kNotCounted;
      if (!log.is_current) line.reason += kOfThePast;
      list->Add(std::move(line));
    }
    for (const wal::DamagedPiece& piece : log.salvaged.lost) {
      DamagedLine line = DamagedLineOf(log, piece);
      const bool is_torn = torn_ && header_ != nullptr && piece.byte > last_byte;
      if (!log.is_current || is_torn) {
        line.fate = Fate::kNotCounted;
        line.reason += is_torn ? "; behind the last whole transaction" : kOfThePast;
      } else {
        line.fate = piece.copy ? Fate::kRecovered : FateOfLost(beyond);
        if (IsWithoutGap(log, piece.byte)) {
          line.fate = Fate::kNotCounted;
          absl::StrAppend(&line.reason, "; no operation is missing where it stands");
        }
      }
      list->Add(std::move(line));
    }
  }
  for (const LoggedChange& change : unfinished_) {
    DamagedLine line;
    line.file = change.log->name;
    line.line = change.entry->line;
    line.byte = change.entry->byte;
    line.table = std::string(change.entry->table);
    line.reason = "of a transaction without its end";
    OfferRecord(change.entry->record, &line);
    line.fate = Fate::kNotCounted;
    list->Add(std::move(line));
  }
}

}  // namespace linedb::engine
