// Erasing what has expired: engine/DESIGN.md, "Records that expire".

#include <algorithm>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "engine/engine.h"
#include "engine/transaction/record_scan.h"
#include "linedb/transaction.h"
#include "schema/primary_key.h"
#include "schema/time_text.h"

namespace linedb::engine {
namespace {

// Writers wait for no more than these at a time.
constexpr std::size_t kErasedTogether = 512;
constexpr std::size_t kErasedBytes = std::size_t{1} << 20;

}  // namespace

Timestamp Engine::Now() const { return options_.clock ? options_.clock() : schema::Now(); }

// Before anybody sees them.
void Engine::NoteExpiring(const TableMap& tables) {
  for (const auto& [name, table] : tables) {
    if (table->layout().expires_column() >= 0) has_expiring_tables_ = true;
  }
}

absl::Status Engine::EraseExpired() {
  absl::Status done;
  if (!has_expiring_tables_) return done;
  for (const auto& [name, table] : Tables()) done.Update(EraseExpiredOf(*table));
  return done;
}

absl::Status Engine::EraseExpiredOf(TableState& table) {
  const Timestamp now = Now();
  if (table.layout().expires_column() < 0 || table.earliest_expiry.time() > now) {
    return absl::OkStatus();
  }
  const Timestamp before = table.earliest_expiry.Forget();
  const absl::StatusOr<Timestamp> left = EraseExpiredAt(table, ExpiryMoment(now));
  table.earliest_expiry.Lower(left.ok() ? *left : before);
  return left.status();
}

absl::Status Engine::EraseExpiredConcerning(TableState& table) {
  absl::Status done = EraseExpiredOf(table);
  if (!has_expiring_tables_ || !keeps_references_) return done;
  for (const auto& [name, other] : Tables()) {
    const std::vector<ReferenceSchema> references = AllReferences(other->layout().schema());
    const bool concerned = std::any_of(
        references.begin(), references.end(),
        [&table](const ReferenceSchema& reference) { return reference.table == table.name(); });
    if (concerned && done.ok()) done = EraseExpiredOf(*other);
  }
  return done;
}

// The earliest expiry of what is left.
absl::StatusOr<Timestamp> Engine::EraseExpiredAt(TableState& table, const ExpiryMoment& moment) {
  absl::StatusOr<std::shared_ptr<const ScanSource>> source = ScanSource::OfPublished(table);
  if (!source.ok()) return source.status();
  ScanState scan(*std::move(source));
  std::string_view earliest;
  std::vector<std::string> keys;
  std::size_t bytes = 0;
  const auto erase = [&] {
    absl::Status done = EraseExpiredKeys(table, keys, moment);
    keys.clear();
    bytes = 0;
    return done;
  };
  for (std::string_view line; scan.Next(&line);) {
    const std::string_view expiry = ExpiryOf(table.layout(), line);
    if (!moment.HasPassed(expiry)) {
      const bool is_time = expiry.starts_with('"');
      if (is_time && (earliest.empty() || expiry < earliest)) earliest = expiry;
      continue;
    }
    keys.push_back(schema::PrimaryKeyOf(table.layout(), line).value_or(""));
    bytes += line.size();
    if (keys.size() < kErasedTogether && bytes < kErasedBytes) continue;
    if (absl::Status done = erase(); !done.ok()) return done;
  }
  if (!scan.status().ok()) return scan.status();
  if (absl::Status done = erase(); !done.ok()) return done;
  return earliest.empty() ? Timestamp::max() : ExpiryTime(earliest);
}

// What was changed since it was found and does not expire yet stays; whoever changed it has lowered
// the table's earliest expiry.
absl::Status Engine::EraseExpiredKeys(TableState& table, std::span<const std::string> keys,
                                      const ExpiryMoment& moment) {
  if (keys.empty()) return absl::OkStatus();
  // Acknowledged once the system has it: of a full disk nothing is left, and the checkpoint syncs.
  absl::StatusOr<std::unique_ptr<Transaction>> begun = Begin(Durability::kProcess);
  if (!begun.ok()) return begun.status();
  writer_moment_ = moment;
  Transaction& transaction = **begun;
  WriteTransaction owner(*std::move(begun));
  TableChanges& changes = ChangesOf(transaction, table);
  for (const std::string& key : keys) {
    const absl::StatusOr<Change> change = changes.EraseExpired(key);
    if (change.ok()) transaction.Record(table, *change);
    if (!change.ok() && !absl::IsNotFound(change.status())) return change.status();
  }
  return transaction.operations().empty() ? absl::OkStatus() : owner.Commit();
}

}  // namespace linedb::engine
