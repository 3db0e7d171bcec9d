// Telling: what is damaged in a table's file, and what became of it.

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/repair/table_repair.h"

namespace linedb::engine {

// Whether the logs have every change of the table, from its creation on.
bool TableRepair::IsFullyLogged() const {
  return table_->created.value > 0 && logs_->IsCompleteAfter(table_->created);
}

// Whether the current log is whole.
bool TableRepair::IsLoggedSinceCheckpoint() const {
  const wal::LogHeader* header = logs_->header();
  return header != nullptr && logs_->IsCompleteAfter(wal::Lsn{header->first_lsn.value - 1});
}

void TableRepair::TellDamaged(DamageList* list) {
  for (const ScannedLine& line : scan_.joined()) {
    DamagedLine joined = At(line, scan_);
    joined.fate = Fate::kRecovered;
    joined.source = "the line itself, which is two";
    list->Add(std::move(joined));
  }
  const bool all = last_writer_ == LastWriter::kClosed;
  for (std::size_t i = 0; i < scan_.lines().size(); ++i) {
    const ScannedLine& line = scan_.lines()[i];
    if (line.is_version()) continue;
    DamagedLine damaged = At(line, scan_);
    const auto told = told_.find(&line);
    if (!all && i >= beyond_) {
      damaged.fate = Fate::kNotCounted;
      damaged.reason += "; behind the last whole transaction in the log";
    } else if (told != told_.end()) {
      damaged.fate = told->second.fate;
      damaged.record = told->second.record;
      damaged.source = told->second.source;
      if (damaged.fate == Fate::kNotCounted) damaged.reason += "; a later line has its key";
    } else if (IsFullyLogged()) {
      damaged.fate = Fate::kRecovered;
      damaged.source = "the logs, which have every change of the table";
    } else {
      ++report_.lost;
    }
    list->Add(std::move(damaged));
  }
}

void TableRepair::TellBeyond(DamageList* list) {
  const bool closed = last_writer_ == LastWriter::kClosed;
  if (closed && IsBeyondOfDamagedLog()) return;  // TellUnproven counts them
  for (std::size_t i = beyond_; i < scan_.lines().size(); ++i) {
    const ScannedLine& line = scan_.lines()[i];
    if (!line.is_version()) continue;
    DamagedLine beyond = At(line, scan_);
    beyond.record = line.deleted() ? std::string() : std::string(line.text);
    beyond.fate = closed ? Fate::kKept : Fate::kNotCounted;
    beyond.reason = closed ? "the log ends before it" : "of a transaction that was not finished";
    list->Add(std::move(beyond));
  }
}

void TableRepair::TellUnproven(DamageList* list) {
  DamagedLine file;
  file.file = scan_.name();
  file.table = table_->name;
  if (!scan_.found()) {
    const bool has_none = table_->checkpoint == nullptr || table_->checkpoint->bytes == 0;
    if (has_none && last_writer_ == LastWriter::kCrashed) return;  // not made yet
    file.reason = "the file is missing";
    const bool is_logged = IsFullyLogged() || (has_none && IsLoggedSinceCheckpoint());
    file.fate = is_logged ? Fate::kRecovered : Fate::kLost;
    if (file.fate == Fate::kRecovered) file.source = "the logs";
    list->Add(std::move(file));
    return;
  }
  const bool is_as_it_was = table_->checkpoint == nullptr || scan_.proven();
  if (is_as_it_was && unproven_ == 0) return;
  if (!is_as_it_was) {
    file.reason = absl::StrCat("the first ", table_->checkpoint->bytes,
                               " bytes are not what they were at the checkpoint; ");
  }
  const bool is_counted = IsLoggedSinceCheckpoint() && logs_->gaps().empty();
  if (unproven_ == 0 && !is_counted && !IsFullyLogged()) {
    file.fate = Fate::kKept;
    file.reason += "and the logs are not whole: records may be missing";
  } else if (unproven_ == 0) {
    file.fate = Fate::kRecovered;
    absl::StrAppend(&file.reason, "the logs confirm each of its records");
  } else {
    file.fate = Fate::kKept;
    absl::StrAppend(&file.reason, "of ", unproven_, " lines, from line ", unproven_line_,
                    " on, nothing but their form says that they are as they were");
  }
  list->Add(std::move(file));
}

// An operation on a record of which the schema cannot even tell the key. What a checkpoint or an
// alteration came after, and the file as it was then has, is of the past.
void TableRepair::TellKeyless(DamageList* list) {
  const wal::LogHeader* header = logs_->header();
  for (const LoggedChange* change : keyless_) {
    const wal::LogEntry& entry = *change->entry;
    const bool is_saved = scan_.proven() && header != nullptr && entry.lsn < header->first_lsn;
    if (is_saved || entry.lsn < table_->altered) continue;
    const bool deleted = entry.operation == wal::Operation::kDelete;
    std::string line;
    DamagedLine lost;
    lost.file = change->log->name;
    lost.table = table_->name;
    lost.line = entry.line;
    lost.byte = entry.byte;
    const std::string_view record = deleted ? entry.old_record : entry.record;
    OfferRecord(record, &lost);
    lost.reason = absl::StrCat("its record does not fit the schema: ",
                               std::string(Fit(record, &line).message()));
    list->Add(std::move(lost));
  }
}

// How many records there are by the checkpoint and the log behind it; nothing if operations are
// missing.
std::optional<std::uint64_t> TableRepair::CountExpected() const {
  if (!IsLoggedSinceCheckpoint()) return std::nullopt;
  const wal::LogHeader* header = logs_->header();
  std::uint64_t expected = table_->checkpoint == nullptr ? 0 : table_->checkpoint->live;
  for (const LoggedChange& change : logs_->changes()) {
    if (change.entry->lsn < header->first_lsn || change.entry->table != table_->name) continue;
    expected += change.entry->operation == wal::Operation::kInsert ? 1 : 0;
    expected -= change.entry->operation == wal::Operation::kDelete ? 1 : 0;
  }
  return expected;
}

// A damaged line may have been one that another superseded, or more than one: the count knows.
void TableRepair::TellMissing(DamageList* list) {
  const std::optional<std::uint64_t> expected = CountExpected();
  if (!expected.has_value()) return;
  const std::uint64_t told = report_.lost;
  DamagedLine count;
  count.file = scan_.name();
  count.table = table_->name;
  report_.lost = *expected > report_.records ? *expected - report_.records : 0;
  if (report_.lost > 0 && report_.lost != told) {
    count.reason = absl::StrCat(report_.lost, " records are missing in all: the checkpoint and ",
                                "the log tell of ", *expected);
    count.fate = Fate::kLost;
    list->Add(std::move(count));
  } else if (report_.records > *expected && beyond_ >= scan_.lines().size()) {
    count.reason = absl::StrCat(report_.records - *expected, " records are more than the ",
                                "checkpoint and the log tell of");
    count.fate = Fate::kKept;
    list->Add(std::move(count));
  }
}

}  // namespace linedb::engine
