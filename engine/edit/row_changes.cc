#include "engine/edit/row_changes.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/exchange/record_origins.h"
#include "engine/index/table_generation.h"
#include "schema/record_codec.h"

namespace linedb::engine {
namespace {

class Applier {
 public:
  Applier(const ApplyPlace& place, ProblemList& problems, std::vector<RowOperation>* done)
      : place_(place), problems_(problems), done_(done) {}

  absl::Status Apply(ChangePlan& plan);

 private:
  using Changes = std::vector<PlannedChange*>;

  absl::Status CheckUntouched(const PlannedChange& change, bool* untouched);
  absl::StatusOr<std::string> Current(std::string_view key);
  absl::Status EraseRow(const PlannedChange& change);
  absl::Status Write(const PlannedChange& change, WriteMode mode);
  absl::Status WriteInTurn(Changes waiting);
  absl::Status WriteAnew(const Changes& waiting);
  absl::Status Assign(PlannedChange& change);
  void TellClash(const PlannedChange& change, const absl::Status& clash);
  std::string OriginOf(std::string_view message) const;

  const ApplyPlace& place_;
  ProblemList& problems_;
  std::vector<RowOperation>* done_;
  mutable RecordOrigins origins_;
};

absl::Status Applier::Apply(ChangePlan& plan) {
  Changes waiting;
  Changes keyless;
  for (PlannedChange& change : plan.changes) {
    origins_.Add(RecordOrigins::HashOf(change.line), change.position.line);
    bool untouched = true;
    if (absl::Status checked = CheckUntouched(change, &untouched); !checked.ok()) return checked;
    if (!untouched) continue;
    if (change.kind == RowChangeKind::kDeleted) {
      if (absl::Status erased = EraseRow(change); !erased.ok()) return erased;
    } else {
      (change.key.empty() ? keyless : waiting).push_back(&change);
    }
  }
  if (absl::Status written = WriteInTurn(std::move(waiting)); !written.ok()) return written;
  for (PlannedChange* change : keyless) {
    if (absl::Status assigned = Assign(*change); !assigned.ok()) return assigned;
  }
  return absl::OkStatus();
}

// The record of a key; empty if there is none.
absl::StatusOr<std::string> Applier::Current(std::string_view key) {
  std::string current;
  absl::Status found =
      place_.core.Visit(place_.transaction, 0, key, [&current](std::string_view line) {
        current = line;
        return absl::OkStatus();
      });
  if (found.ok() || absl::IsNotFound(found)) return current;
  return found;
}

absl::Status Applier::CheckUntouched(const PlannedChange& change, bool* untouched) {
  if (change.key.empty()) return absl::OkStatus();
  const absl::StatusOr<std::string> current = Current(change.key);
  if (!current.ok()) return current.status();
  *untouched = *current == change.old_line;
  if (*untouched) return absl::OkStatus();
  const std::string& key_name = place_.layout.keys()[0].name;
  std::string reason;
  if (current->empty()) {
    reason =
        absl::StrCat("the row ", change.key, " was deleted meanwhile; it was ", change.old_line);
  } else if (change.old_line.empty()) {
    reason = absl::StrCat("the key ", change.key, " is taken by the record ", *current,
                          ", which is none of the rows that were edited");
  } else {
    reason = absl::StrCat("the row ", change.key, " was changed meanwhile: it was ",
                          change.old_line, " and is ", *current);
  }
  problems_.Add(change.position, key_name, std::move(reason), ProblemKind::kClash);
  return absl::OkStatus();
}

absl::Status Applier::EraseRow(const PlannedChange& change) {
  absl::Status erased = place_.core.Erase(place_.transaction, change.key);
  if (erased.ok()) done_->push_back({RowChangeKind::kDeleted, "", change.old_line});
  return erased;
}

absl::Status Applier::Write(const PlannedChange& change, WriteMode mode) {
  std::vector<schema::FieldSpan> spans(place_.layout.columns().size());
  std::string* tail = place_.core.BeginLine(place_.transaction);
  if (!schema::SplitCanonical(place_.layout, change.line, place_.layout.column_count() - 1,
                              spans.data())) {
    place_.core.CancelLine(place_.transaction);
    return absl::InternalError("a row that is not canonical: " + change.line);
  }
  tail->append(change.line);
  absl::Status written = place_.core.WriteLine(place_.transaction, mode, spans.data());
  if (!written.ok()) return written;
  const bool updates = mode == WriteMode::kUpdate;
  done_->push_back({updates ? RowChangeKind::kUpdated : RowChangeKind::kInserted, change.line,
                    updates ? change.old_line : ""});
  return written;
}

// A row whose unique value another one still has waits until that one has let go of it.
absl::Status Applier::WriteInTurn(Changes waiting) {
  std::size_t waited = 0;
  while (!waiting.empty() && waiting.size() != waited) {
    waited = waiting.size();
    Changes still;
    for (PlannedChange* change : waiting) {
      const bool updates = change->kind == RowChangeKind::kUpdated;
      const absl::Status written =
          Write(*change, updates ? WriteMode::kUpdate : WriteMode::kInsert);
      if (absl::IsAlreadyExists(written)) {
        still.push_back(change);
      } else if (absl::IsInvalidArgument(written)) {
        TellClash(*change, written);
      } else if (!written.ok()) {
        return written;
      }
    }
    waiting = std::move(still);
  }
  return WriteAnew(waiting);
}

// Rows that wait for each other, or for a row that stays as it is.
absl::Status Applier::WriteAnew(const Changes& waiting) {
  for (const PlannedChange* change : waiting) {
    if (change->kind != RowChangeKind::kUpdated) continue;
    if (absl::Status erased = EraseRow(*change); !erased.ok()) return erased;
  }
  for (const PlannedChange* change : waiting) {
    const absl::Status written = Write(*change, WriteMode::kInsert);
    if (absl::IsAlreadyExists(written) || absl::IsInvalidArgument(written)) {
      TellClash(*change, written);
    } else if (!written.ok()) {
      return written;
    }
  }
  return absl::OkStatus();
}

// After all rows with a key, whose keys are not to be given again.
absl::Status Applier::Assign(PlannedChange& change) {
  schema::CanonicalizeOptions options;
  options.assigned_key = LaterKey(place_.next_key_min, place_.core.next_key(place_.transaction));
  std::vector<schema::FieldSpan> spans;
  std::string scratch;
  absl::Status fits = schema::CanonicalizeRecord(place_.layout, change.text, options, &change.line,
                                                 &spans, nullptr);
  if (!fits.ok()) return fits;  // it was tried before
  origins_.Add(RecordOrigins::HashOf(change.line), change.position.line);
  const absl::Status written = Write(change, WriteMode::kInsert);
  const bool told = absl::IsAlreadyExists(written) || absl::IsInvalidArgument(written);
  if (told) TellClash(change, written);
  return told ? absl::OkStatus() : written;
}

// The engine's message begins with the table and column.
void Applier::TellClash(const PlannedChange& change, const absl::Status& clash) {
  const std::string message(clash.message());
  const std::size_t colon = message.find(": ");
  const bool named = colon != message.npos;
  problems_.AddNamed(change.position, named ? message.substr(0, colon) : problems_.table(),
                     (named ? message.substr(colon + 2) : message) + OriginOf(message),
                     absl::IsAlreadyExists(clash) ? ProblemKind::kClash : ProblemKind::kConstraint);
}

// ", of line 3" if the record that the message ends with is of the edited text, too.
std::string Applier::OriginOf(std::string_view message) const {
  constexpr std::string_view kTaken = " is taken by the record ";
  const std::size_t taken = message.find(kTaken);
  if (taken == message.npos) return "";
  const std::uint64_t line = origins_.Find(message.substr(taken + kTaken.size()));
  return line == 0 ? "" : absl::StrCat(", of line ", line);
}

}  // namespace

ChangePlan PlanChanges(const std::vector<RowBefore>& before, const std::vector<EditedLine>& after) {
  ChangePlan plan;
  std::unordered_map<std::string_view, const RowBefore*> rows;
  for (const RowBefore& row : before) rows.emplace(row.key, &row);
  for (const EditedLine& edited : after) {
    if (edited.is_tombstone) continue;
    const auto old = edited.key.empty() ? rows.end() : rows.find(edited.key);
    PlannedChange change{.kind = RowChangeKind::kInserted,
                         .key = edited.key,
                         .line = edited.line,
                         .old_line = {},
                         .text = {},
                         .position = edited.position};
    if (edited.key.empty()) change.text = edited.text;
    if (old != rows.end()) {
      change.kind = RowChangeKind::kUpdated;
      change.old_line = old->second->line;
      rows.erase(old);
      if (change.line == change.old_line) {
        ++plan.unchanged;
        continue;
      }
    }
    plan.changes.push_back(std::move(change));
  }
  for (const RowBefore& row : before) {
    if (!rows.contains(row.key)) continue;
    plan.changes.push_back({.kind = RowChangeKind::kDeleted,
                            .key = std::string(row.key),
                            .line = {},
                            .old_line = std::string(row.line),
                            .text = {},
                            .position = {row.number, 1}});
  }
  return plan;
}

void KeepReadable(ChangePlan& plan) {
  std::erase_if(plan.changes,
                [](const PlannedChange& change) { return change.kind == RowChangeKind::kDeleted; });
}

absl::Status ApplyChanges(const ApplyPlace& place, ChangePlan& plan, ProblemList& problems,
                          std::vector<RowOperation>* done) {
  if (absl::Status usable = place.core.Check(place.transaction); !usable.ok()) return usable;
  return Applier(place, problems, done).Apply(plan);
}

TextPosition PositionOf(const ChangePlan& plan, std::string_view record) {
  for (const PlannedChange& change : plan.changes) {
    if (change.line == record) return change.position;
  }
  return {0, 1};
}

void ReportChanges(const ChangePlan& plan, const std::string& table, std::uint64_t changes_max,
                   EditReport* report) {
  report->unchanged += plan.unchanged;
  for (const PlannedChange& change : plan.changes) {
    std::uint64_t& count = change.kind == RowChangeKind::kInserted  ? report->inserted
                           : change.kind == RowChangeKind::kUpdated ? report->updated
                                                                    : report->deleted;
    ++count;
    if (report->changes.size() >= changes_max) continue;
    report->changes.push_back(
        {change.kind, table, change.position.line, change.line, change.old_line});
  }
}

}  // namespace linedb::engine
