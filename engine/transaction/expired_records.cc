// Expired records in the way of a transaction's lines.

#include <algorithm>
#include <cassert>

#include "engine/transaction/table_changes.h"
#include "schema/record_codec.h"

namespace linedb::engine {

// Of a line that others may have damaged: it is compared first.
absl::StatusOr<bool> TableChanges::HasExpired(RecordLocation location) const {
  if (absl::Status whole = CheckLine(location); !whole.ok()) return whole;
  return engine::HasExpired(table_.layout(), generation_->records.View(location), moment_);
}

absl::StatusOr<Change> TableChanges::EraseExpired(std::string_view key_text) noexcept {
  absl::StatusOr<RecordLocation> found = generation_->FindChecked(0, key_text, kNoLimit);
  if (!found.ok()) return found.status();
  if (!*found) return NotFoundError(key_text);
  const absl::StatusOr<bool> expired = HasExpired(*found);
  if (!expired.ok()) return expired.status();
  return *expired ? EraseLine(*found) : NotFoundError(key_text);
}

// Tombstones come before the line, which is moved aside for them.
absl::Status TableChanges::MakeWay(const schema::FieldSpan* spans,
                                   absl::FunctionRef<void(const Change&)> erased) noexcept {
  assert(expires_ && line_keys_.empty());
  absl::InlinedVector<RecordLocation, 4> in_the_way;
  absl::Status done;
  NoteKeys(LineBegun(), spans);
  for (const LineKey& key : line_keys_) {
    // What an index does not find for being damaged, FinishLine reports.
    const RecordLocation found =
        generation_->Find(key.entry.key, key.entry.hash, TextOf(key), kNoLimit);
    if (!found || std::find(in_the_way.begin(), in_the_way.end(), found) != in_the_way.end()) {
      continue;
    }
    const absl::StatusOr<bool> expired = HasExpired(found);
    done.Update(expired.status());
    if (expired.ok() && *expired) in_the_way.push_back(found);
  }
  ForgetNoted();
  if (done.ok() && in_the_way.empty()) return done;
  const std::string line(LineBegun());
  CancelLine();
  for (const RecordLocation old : in_the_way) {
    if (!done.ok()) break;
    const absl::StatusOr<Change> change = EraseLine(old);
    if (change.ok()) erased(*change);
    done = change.status();
  }
  if (done.ok()) BeginLine()->append(line);
  return done;
}

TableChanges::Mark TableChanges::MarkBeforeLine() const {
  Mark mark = MakeMark();
  mark.end = generation_->records.stored_bytes() + line_begin_;
  return mark;
}

void TableChanges::NoteExpiry(std::string_view line, const schema::FieldSpan* spans) {
  const std::string_view expiry = spans[table_.layout().expires_column()].In(line);
  if (!expiry.starts_with('"')) return;  // null
  if (expiry_earliest_.empty() || expiry < expiry_earliest_) expiry_earliest_ = expiry;
}

}  // namespace linedb::engine
