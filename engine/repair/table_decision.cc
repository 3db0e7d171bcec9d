// Deciding: what stands of each key, and what is told of the rest.

#include <algorithm>
#include <cassert>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/repair/table_repair.h"
#include "schema/record_codec.h"

namespace linedb::engine {
namespace {

// Records that no line of the file has go behind those that one has.
constexpr std::uint64_t kBehindLines = std::uint64_t{1} << 48;

}  // namespace

std::string TableRepair::KeyJson(std::string_view key) const {
  return layout_->keys()[0].columns.size() > 1 ? absl::StrCat("[", std::string(key), "]")
                                               : std::string(key);
}

DamagedLine TableRepair::At(const ScannedLine& line, const RecordsScan& scan) const {
  DamagedLine damaged;
  damaged.file = scan.name();
  damaged.table = table_->name;
  damaged.line = line.number;
  damaged.byte = line.byte;
  damaged.bytes = std::string(line.bytes);
  damaged.reason = line.reason;
  if (!line.key.empty()) damaged.key = KeyJson(line.key);
  return damaged;
}

bool TableRepair::IsOlder(const KeyFacts& facts) const {
  return older_.contains(wal::ChecksumOf(facts.file->line->text));
}

KeySigns TableRepair::SignsOf(const KeyFacts& facts) const {
  KeySigns signs;
  if (facts.log.has_value()) {
    const wal::Lsn lsn = facts.log->change->entry->lsn;
    signs.log = logs_->IsCompleteAfter(lsn) ? LogSign::kComplete : LogSign::kBeforeGap;
    signs.log_since_checkpoint = logs_->header() != nullptr && lsn >= logs_->header()->first_lsn;
  }
  if (!facts.file.has_value()) {
    const bool is_new = table_->checkpoint == nullptr && logs_->header() != nullptr;
    const bool sure = (scan_.proven() || is_new) && facts.damaged == nullptr;
    signs.file = sure ? FileSign::kNoneForSure : FileSign::kNone;
    return signs;
  }
  const std::size_t index = facts.file->index;
  if (facts.damaged != nullptr) {
    signs.file = FileSign::kBehindItLost;
  } else if (facts.file->in_second) {
    signs.file = FileSign::kPlain;
  } else if (index >= beyond_) {
    signs.file = FileSign::kBeyondLog;
  } else if (scan_.proven() && index < scan_.checkpoint_lines()) {
    signs.file = FileSign::kAtCheckpoint;
  } else {
    signs.file = FileSign::kPlain;
  }
  if (!facts.log.has_value()) return signs;
  const ScannedLine& line = *facts.file->line;
  const bool same =
      line.deleted() == facts.log->deleted && (line.deleted() || line.text == facts.log->text);
  if (same) {
    signs.match = MatchSign::kSame;
  } else if (!facts.log_text_before && may_lack_lines_ && IsOlder(facts)) {
    signs.match = MatchSign::kOlder;
  }
  return signs;
}

void TableRepair::Choose(const std::string& key, const KeyFacts& facts, std::string_view text,
                         Trust trust) {
  Chosen chosen;
  chosen.text = text;
  chosen.trust = trust;
  chosen.key = key;
  if (facts.damaged != nullptr) {
    chosen.place = facts.damaged_index;
  } else if (facts.file.has_value() && !facts.file->in_second) {
    chosen.place = facts.file->index;
  } else if (facts.log.has_value()) {
    chosen.place = kBehindLines + facts.log->change->entry->lsn.value;
  } else {
    chosen.place = kBehindLines + facts.file->index;
  }
  chosen.age = trust == Trust::kLog ? facts.log->change->entry->lsn.value : chosen.place;
  chosen_.push_back(std::move(chosen));
}

void TableRepair::Tell(const std::string& key, const KeyFacts& facts, DamagedLine what,
                       DamageList* list) {
  if (facts.damaged != nullptr) {
    DamagedLine line = At(*facts.damaged, scan_);
    line.fate = what.fate;
    line.record = std::move(what.record);
    line.source = std::move(what.source);
    told_[facts.damaged] = std::move(line);
    return;
  }
  if (what.file.empty()) what.file = scan_.name();
  what.table = table_->name;
  what.key = KeyJson(key);
  list->Add(std::move(what));
}

// The checkpoint's checksum, a block's, or an operation that the logs have. That a line behind all
// of these says what one of them said does not make it theirs.
bool TableRepair::IsProven(const FileVersion& version, FileSign sign) const {
  if (sign == FileSign::kAtCheckpoint) return true;
  const ScannedLine& line = *version.line;
  const RecordsScan& scan = version.in_second ? *second_ : scan_;
  if (scan.IsVouched(line)) return true;
  return sign != FileSign::kBeyondLog && confirmed_.contains(wal::ChecksumOf(line.text));
}

void TableRepair::TakeFile(const std::string& key, const KeyFacts& facts, FileSign sign,
                           DamageList* list) {
  const ScannedLine& line = *facts.file->line;
  const bool is_told = sign == FileSign::kBeyondLog && !IsBeyondOfDamagedLog();
  if (!is_told && !IsProven(*facts.file, sign)) {
    if (unproven_++ == 0 || line.number < unproven_line_) unproven_line_ = line.number;
  }
  if (line.deleted()) return;
  Choose(key, facts, line.text, Trust::kFile);
  if (facts.file->in_second) {
    ++report_.recovered;
    return;
  }
  if (line.kind == ScannedLine::Kind::kRespelled) {
    DamagedLine respelled = At(line, scan_);
    respelled.reason = "not in linedb's spelling; written by hand?";
    respelled.fate = Fate::kKept;
    respelled.record = std::string(line.text);
    list->Add(std::move(respelled));
  }
}

void TableRepair::TakeLog(const std::string& key, const KeyFacts& facts, Fate fate,
                          DamageList* list) {
  const LogVersion& log = *facts.log;
  const bool has_line = facts.file.has_value() && !facts.file->in_second;
  const bool same = has_line && facts.file->line->text == log.text;
  if (!log.deleted) Choose(key, facts, log.text, Trust::kLog);
  if (!log.deleted && !same) ++report_.recovered;
  DamagedLine what;
  what.fate = fate;
  what.record = log.deleted ? std::string() : std::string(log.text);
  what.source = log.change->Place();
  if (fate == Fate::kKept) {
    what.reason = "operations behind the last one that the log has on it are missing";
    if (!log.deleted || facts.damaged != nullptr) Tell(key, facts, std::move(what), list);
  } else if (facts.damaged != nullptr) {
    Tell(key, facts, std::move(what), list);
  } else if (has_line && !same && !facts.file->line->deleted() && !IsOlder(facts)) {
    DamagedLine line = At(*facts.file->line, scan_);
    line.reason = "not what the log says of this record";
    line.fate = fate;
    line.record = std::move(what.record);
    line.source = std::move(what.source);
    list->Add(std::move(line));
  }
}

void TableRepair::TakePrevious(const std::string& key, const KeyFacts& facts, bool of_log,
                               PreviousVersions policy, DamageList* list) {
  const bool deleted = of_log ? facts.log->deleted : facts.file->line->deleted();
  DamagedLine what;
  what.reason = "its line is gone, and operations behind the last one in the log, too";
  what.fate = Fate::kLost;
  if (!deleted) {
    const std::string_view text = of_log ? facts.log->text : facts.file->line->text;
    what.record = std::string(text);
    what.source = of_log ? facts.log->change->Place()
                         : absl::StrCat(scan_.name(), " line ", facts.file->line->number);
    if (policy == PreviousVersions::kKeep) {
      what.fate = Fate::kPrevious;
      Choose(key, facts, text, Trust::kPrevious);
      ++report_.previous;
    } else {
      ++report_.lost;
    }
  } else if (facts.damaged == nullptr) {
    return;  // deleted, as far as anybody knows
  }
  Tell(key, facts, std::move(what), list);
}

// The log's last word is no record of the schema that there is. A line of the file that is one may
// be what the log said before it was damaged; whether it is, nobody knows.
void TableRepair::TakeMisfit(const std::string& key, const KeyFacts& facts, PreviousVersions policy,
                             DamageList* list) {
  const LogVersion& log = *facts.log;
  std::string line;
  DamagedLine what;
  what.fate = Fate::kLost;
  what.reason = absl::StrCat("what the log has of it does not fit the schema: ",
                             std::string(Fit(log.text, &line).message()));
  OfferRecord(log.text, &what);
  what.source = log.change->Place();
  if (facts.file.has_value() && !facts.file->line->deleted()) {
    const bool is_newest = facts.damaged == nullptr;
    if (is_newest || policy == PreviousVersions::kKeep) {
      what.fate = is_newest ? Fate::kKept : Fate::kPrevious;
      Choose(key, facts, facts.file->line->text, is_newest ? Trust::kFile : Trust::kPrevious);
    }
  }
  if (what.fate == Fate::kPrevious) ++report_.previous;
  if (what.fate == Fate::kLost) ++report_.lost;
  Tell(key, facts, std::move(what), list);
}

void TableRepair::DecideKey(const std::string& key, const KeyFacts& facts, PreviousVersions policy,
                            DamageList* list) {
  const KeySigns signs = SignsOf(facts);
  const KeyVerdict verdict = Judge(signs);
  const bool of_log = verdict == KeyVerdict::kLog || verdict == KeyVerdict::kLogBeforeGap ||
                      verdict == KeyVerdict::kPreviousLog;
  if (of_log && !facts.log->deleted && !facts.log->fits) {
    TakeMisfit(key, facts, policy, list);
    return;
  }
  switch (verdict) {
    case KeyVerdict::kFile:
      TakeFile(key, facts, signs.file, list);
      return;
    case KeyVerdict::kLog:
      TakeLog(key, facts, Fate::kRecovered, list);
      return;
    case KeyVerdict::kLogBeforeGap:
      TakeLog(key, facts, Fate::kKept, list);
      return;
    case KeyVerdict::kPreviousFile:
      TakePrevious(key, facts, /*of_log=*/false, policy, list);
      return;
    case KeyVerdict::kPreviousLog:
      TakePrevious(key, facts, /*of_log=*/true, policy, list);
      return;
    case KeyVerdict::kNothing:
      return;
  }
  assert(false && "a verdict without a meaning");
}

// Two versions that never stood beside each other may have the same unique value.
void TableRepair::DropClashes(DamageList* list) {
  if (layout_->keys().size() < 2) return;
  std::sort(chosen_.begin(), chosen_.end(), [](const Chosen& a, const Chosen& b) {
    return std::pair(a.trust, a.age) > std::pair(b.trust, b.age);
  });
  std::vector<absl::flat_hash_map<std::string, std::string>> taken(layout_->keys().size());
  std::vector<schema::FieldSpan> spans(static_cast<std::size_t>(layout_->column_count()));
  std::string scratch;
  std::erase_if(chosen_, [&](const Chosen& chosen) {
    schema::SplitCanonical(*layout_, chosen.text, layout_->column_count() - 1, spans.data());
    std::vector<std::string> texts(taken.size());
    for (std::size_t key = 1; key < taken.size(); ++key) {
      const auto text =
          schema::KeyTextOf(layout_->keys()[key], chosen.text, spans.data(), &scratch);
      if (!text.has_value()) continue;
      texts[key] = std::string(*text);
      const auto other = taken[key].find(texts[key]);
      if (other == taken[key].end()) continue;
      DamagedLine clash;
      clash.file = FileName();
      clash.table = table_->name;
      clash.key = KeyJson(chosen.key);
      clash.record = std::string(chosen.text);
      clash.reason = absl::StrCat(layout_->keys()[key].name, " ", texts[key], ": record ",
                                  KeyJson(other->second), ", which is newer, has it, too");
      list->Add(std::move(clash));
      ++report_.lost;
      return true;
    }
    for (std::size_t key = 1; key < taken.size(); ++key) {
      if (!texts[key].empty()) taken[key].emplace(texts[key], chosen.key);
    }
    return false;
  });
}

void TableRepair::Decide(PreviousVersions policy, DamageList* list) {
  report_.name = table_->name;
  for (const auto& [key, facts] : keys_) DecideKey(key, facts, policy, list);
  DropClashes(list);
  std::sort(chosen_.begin(), chosen_.end(),
            [](const Chosen& a, const Chosen& b) { return a.place < b.place; });
  for (const Chosen& chosen : chosen_) records_.push_back(chosen.text);
  report_.records = records_.size();
  TellDamaged(list);
  TellBeyond(list);
  TellUnproven(list);
  TellKeyless(list);
  TellMissing(list);
}

}  // namespace linedb::engine
