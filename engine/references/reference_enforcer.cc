#include "engine/references/reference_enforcer.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/references/referring_line.h"

namespace linedb::engine {
namespace {

const schema::KeyLayout& KeyOf(const TableReference& reference) {
  return reference.to->layout().keys()[static_cast<std::size_t>(reference.resolved.key)];
}

const schema::KeyLayout& PrimaryKey(const TableState& table) { return table.layout().keys()[0]; }

std::string_view LineAt(const TableState& table, RecordLocation location) {
  return table.generation->records.View(location);
}

bool IsLive(const TableState& table, RecordLocation location) {
  return !table.generation->IsSuperseded(location.offset(), kNoLimit);
}

// What was there when the transaction began was judged then.
bool IsOfTransaction(const TableState& table, RecordLocation location) {
  return location.offset() >= table.generation->records.file_bytes();
}

absl::StatusOr<bool> Exists(const TableReference& reference, std::string_view key_text) {
  const absl::StatusOr<RecordLocation> found =
      reference.to->generation->FindChecked(reference.resolved.key, key_text, kNoLimit);
  if (!found.ok()) return found.status();
  return static_cast<bool>(*found);
}

// An error that is about what the record would be, not about the disk.
bool IsRefusal(const absl::Status& status) {
  return absl::IsInvalidArgument(status) || absl::IsAlreadyExists(status) ||
         absl::IsFailedPrecondition(status);
}

}  // namespace

absl::Status ReferenceEnforcer::Run() {
  // A copy of each: what follows it is appended to them.
  OperationList::Walk following(transaction_.operations());
  for (Operation operation; following.Next(&operation);) {
    const ReferencesOfTable* references = references_.Find(operation.table);
    if (references == nullptr || !operation.change.old_line) continue;
    for (const TableReference* reference : references->incoming) {
      const bool restricts = reference->resolved.schema.on_delete == OnDelete::kRestrict;
      if (restricts && reference->from->layout().expires_column() < 0) continue;
      if (absl::Status followed = Follow(operation, *reference); !followed.ok()) return followed;
    }
  }
  // What departed first: where the record is known that was to go, it is named.
  for (const auto judge : {&ReferenceEnforcer::JudgeDepartures, &ReferenceEnforcer::JudgeRecords}) {
    OperationList::Walk walk(transaction_.operations());
    for (Operation operation; walk.Next(&operation);) {
      const ReferencesOfTable* references = references_.Find(operation.table);
      if (references == nullptr) continue;
      absl::Status judged = (this->*judge)(operation, *references);
      if (!judged.ok()) return judged;
    }
  }
  return broken_.empty() ? absl::OkStatus() : BrokenReferencesError(broken_, broken_count_);
}

absl::StatusOr<std::optional<ReferenceEnforcer::Departure>> ReferenceEnforcer::DepartureOf(
    const Operation& operation, const TableReference& reference) {
  const TableState& table = *operation.table;
  const schema::KeyLayout& key = KeyOf(reference);
  ReferringLine old_line(table.layout(), LineAt(table, operation.change.old_line));
  const std::optional<std::string_view> text = old_line.KeyText(key);
  if (!text) return std::nullopt;
  if (operation.change.operation != wal::Operation::kDelete) {
    // A primary key does not change.
    if (key.primary) return std::nullopt;
    ReferringLine line(table.layout(), LineAt(table, operation.change.line));
    if (line.KeyText(key) == text) return std::nullopt;
  }
  Departure departure{std::string(*text), {}, {}};
  const absl::StatusOr<bool> exists = Exists(reference, departure.key_text);
  if (!exists.ok()) return exists.status();
  if (*exists) return std::nullopt;
  for (const int place : reference.resolved.places) {
    departure.values.emplace_back(old_line.Value(key.columns[static_cast<std::size_t>(place)]));
  }
  departure.record = std::string(old_line.line());
  return departure;
}

absl::Status ReferenceEnforcer::VisitReferrers(const TableReference& reference,
                                               const Departure& departure, ReferrerVisitor visit) {
  const schema::RecordLayout& layout = reference.from->layout();
  return search_(reference, departure.values, [&](std::string_view line) {
    ReferringLine referring(layout, line);
    return referring.KeyText(reference.resolved.columns) != departure.key_text || visit(line);
  });
}

absl::Status ReferenceEnforcer::Follow(const Operation& operation,
                                       const TableReference& reference) {
  absl::StatusOr<std::optional<Departure>> departure = DepartureOf(operation, reference);
  if (!departure.ok() || !departure->has_value()) return departure.status();
  // All of them before one is changed, which what is searched would be, too.
  std::vector<std::string> keys;
  absl::Status done = VisitReferrers(reference, **departure, [&](std::string_view line) {
    ReferringLine referring(reference.from->layout(), line);
    keys.emplace_back(referring.KeyText(PrimaryKey(*reference.from)).value_or(""));
    return true;
  });
  for (const std::string& key : keys) {
    if (done.ok()) done = FollowTo(reference, **departure, key);
  }
  return done;
}

absl::Status ReferenceEnforcer::FollowTo(const TableReference& reference,
                                         const Departure& departure, const std::string& key_text) {
  TableChanges& changes = changes_(*reference.from);
  absl::StatusOr<Change> change = absl::NotFoundError("");
  // Of one that has expired nobody knows: it neither stays nor keeps anything.
  if (changes.expires()) change = changes.EraseExpired(key_text);
  if (change.ok()) {
    transaction_.Record(*reference.from, *change);
    return absl::OkStatus();
  }
  if (!absl::IsNotFound(change.status())) return change.status();
  if (reference.resolved.schema.on_delete == OnDelete::kRestrict) return absl::OkStatus();
  if (reference.resolved.schema.on_delete == OnDelete::kCascade) {
    change = changes.Erase(key_text);
  } else {
    std::vector<ColumnText> nulls;
    for (const int column : reference.resolved.columns.columns) nulls.push_back({column, "null"});
    std::sort(nulls.begin(), nulls.end(),
              [](const ColumnText& a, const ColumnText& b) { return a.column < b.column; });
    change = changes.UpdateColumns(key_text, nulls);
  }
  if (!change.ok()) return CannotFollow(reference, departure, key_text, change.status());
  transaction_.Record(*reference.from, *change);
  return absl::OkStatus();
}

// A record may not be allowed to be what it would become: a check, say, wants a value there.
absl::Status ReferenceEnforcer::CannotFollow(const TableReference& reference,
                                             const Departure& departure,
                                             const std::string& key_text, const absl::Status& why) {
  if (!IsRefusal(why)) return why;
  const absl::StatusOr<RecordLocation> found =
      reference.from->generation->FindChecked(0, key_text, kNoLimit);
  if (!found.ok()) return found.status();
  const std::string record(*found ? LineAt(*reference.from, *found) : std::string_view());
  BrokenReference broken =
      StillReferenced(reference.from->layout(), reference.resolved, reference.to->layout(),
                      departure.key_text, record, departure.record);
  absl::StrAppend(&broken.message, ": ", std::string(why.message()));
  return BrokenReferencesError({std::move(broken)}, 1);
}

absl::Status ReferenceEnforcer::JudgeDepartures(const Operation& operation,
                                                const ReferencesOfTable& references) {
  absl::Status judged;
  if (!operation.change.old_line) return judged;
  for (const TableReference* reference : references.incoming) {
    if (reference->resolved.schema.on_delete != OnDelete::kRestrict) continue;
    if (judged.ok()) judged = JudgeDeparture(operation, *reference);
  }
  return judged;
}

absl::Status ReferenceEnforcer::JudgeRecords(const Operation& operation,
                                             const ReferencesOfTable& references) {
  absl::Status judged;
  if (operation.change.operation == wal::Operation::kDelete) return judged;
  if (!IsLive(*operation.table, operation.change.line)) return judged;
  for (const TableReference* reference : references.outgoing) {
    if (judged.ok()) judged = JudgeRecord(operation, *reference);
  }
  return judged;
}

absl::Status ReferenceEnforcer::JudgeDeparture(const Operation& operation,
                                               const TableReference& reference) {
  absl::StatusOr<std::optional<Departure>> departure = DepartureOf(operation, reference);
  if (!departure.ok() || !departure->has_value()) return departure.status();
  return VisitReferrers(reference, **departure, [&](std::string_view line) {
    Add(StillReferenced(reference.from->layout(), reference.resolved, reference.to->layout(),
                        (*departure)->key_text, line, (*departure)->record));
    return false;  // one is enough
  });
}

absl::Status ReferenceEnforcer::JudgeRecord(const Operation& operation,
                                            const TableReference& reference) {
  const TableState& table = *operation.table;
  ReferringLine line(table.layout(), LineAt(table, operation.change.line));
  if (reference.to == nullptr) {
    schema::KeyLayout columns;
    for (const std::string& name : reference.resolved.schema.columns) {
      columns.columns.push_back(table.layout().FindColumn(name));
    }
    const std::optional<std::string_view> value = line.KeyText(columns);
    if (value) Add(MissingTable(table.layout(), reference.resolved.schema, *value, line.line()));
    return absl::OkStatus();
  }
  const std::optional<std::string_view> text = line.KeyText(reference.resolved.columns);
  if (!text) return absl::OkStatus();
  const RecordLocation old = operation.change.old_line;
  if (old && !IsOfTransaction(table, old)) {
    ReferringLine before(table.layout(), LineAt(table, old));
    if (before.KeyText(reference.resolved.columns) == text) return absl::OkStatus();
  }
  if (found_reference_ == &reference && found_text_ == *text) return absl::OkStatus();
  const absl::StatusOr<bool> exists = Exists(reference, *text);
  if (!exists.ok()) return exists.status();
  if (*exists) {
    found_reference_ = &reference;
    found_text_ = std::string(*text);
  } else {
    Add(MissingKey(table.layout(), reference.resolved, reference.to->layout(), *text, line.line()));
  }
  return absl::OkStatus();
}

// Of a record and its reference once.
void ReferenceEnforcer::Add(BrokenReference broken) {
  if (!told_.insert(absl::StrCat(broken.table, ".", broken.columns, broken.record)).second) return;
  ++broken_count_;
  if (broken_.size() < kBrokenReferencesMax) broken_.push_back(std::move(broken));
}

}  // namespace linedb::engine
