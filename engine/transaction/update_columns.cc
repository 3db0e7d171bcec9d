// Updates of single columns: the new line is the old one with other values in a few places, which
// nobody decodes or encodes.

#include <algorithm>
#include <cassert>

#include "absl/strings/str_cat.h"
#include "engine/transaction/table_changes.h"
#include "schema/record_codec.h"

namespace linedb::engine {

absl::StatusOr<Change> TableChanges::UpdateColumns(std::string_view key_text,
                                                   std::span<const ColumnText> values) noexcept {
  assert(line_keys_.empty());
  absl::StatusOr<RecordLocation> found = generation_->FindChecked(0, key_text, kNoLimit);
  if (!found.ok()) return found.status();
  if (!*found) return NotFoundError(key_text);
  if (absl::Status room = SpillIfLarge(); !room.ok()) return room;
  old_line_ = *found;
  FieldSpans spans(static_cast<std::size_t>(table_.layout().column_count()));
  BeginLine();
  absl::Status checked = Splice(values, spans.data());
  if (checked.ok()) checked = CheckRecord(spans.data());
  if (checked.ok()) {
    NoteKeys(LineBegun(), spans.data());
    checked = CheckNamedKeys(values);
  }
  if (checked.ok()) return EnterLine();
  DropLine();
  return checked;
}

absl::Status TableChanges::BeginUpdate(std::string_view key_text,
                                       std::span<const ColumnText> values,
                                       schema::FieldSpan* spans) noexcept {
  absl::StatusOr<RecordLocation> found = generation_->FindChecked(0, key_text, kNoLimit);
  if (!found.ok()) return found.status();
  if (!*found) return NotFoundError(key_text);
  old_line_ = *found;
  BeginLine();
  absl::Status spliced = Splice(values, spans);
  if (!spliced.ok()) CancelLine();
  return spliced;
}

void TableChanges::FetchRecords(std::span<const std::string_view> key_texts) const {
  absl::InlinedVector<std::uint64_t, kKeysTogether> hashes;
  for (const std::string_view text : key_texts) hashes.push_back(HashKeyText(text));
  generation_->Fetch(0, hashes);
}

// Appends the old line with these values in place of its own, and finds the spans of what it says.
absl::Status TableChanges::Splice(std::span<const ColumnText> values, schema::FieldSpan* spans) {
  const schema::RecordLayout& layout = table_.layout();
  std::string& tail = generation_->records.tail();
  std::size_t bytes = old_line_.length();
  for (const ColumnText& value : values) bytes += value.text.size();
  // The old line may lie in the tail, which must not move while it is read.
  if (tail.capacity() < tail.size() + bytes + 1) tail.reserve(2 * (tail.size() + bytes + 1));
  const std::string_view old = generation_->records.View(old_line_);
  if (!schema::SplitCanonical(layout, old, layout.column_count() - 1, spans)) {
    return absl::DataLossError(absl::StrCat(table_.name(), ": the record at byte ",
                                            old_line_.offset(), " is not one of this table"));
  }
  std::size_t copied = 0;
  for (const ColumnText& value : values) {
    const schema::FieldSpan& span = spans[value.column];
    tail.append(old.substr(copied, span.begin - copied)).append(value.text);
    copied = span.end;
  }
  tail.append(old.substr(copied));
  if (LineBegun().size() > schema::kLineBytesMax) {
    return schema::LineTooLong(table_.name(), LineBegun().size());
  }
  std::uint32_t moved = 0;  // modulo 2^32: also to the left
  const ColumnText* value = values.data();
  const ColumnText* const end = value + values.size();
  for (int column = 0; column < layout.column_count(); ++column) {
    schema::FieldSpan& span = spans[column];
    const std::uint32_t old_bytes = span.end - span.begin;
    span.begin += moved;
    if (value != end && value->column == column) {
      moved += static_cast<std::uint32_t>(value->text.size()) - old_bytes;
      ++value;
    }
    span.end += moved;
  }
  return absl::OkStatus();
}

// Looks up the keys that hold one of these columns. The others are the record's own already.
absl::Status TableChanges::CheckNamedKeys(std::span<const ColumnText> values) const {
  absl::Status checked;
  for (std::size_t i = 1; i < line_keys_.size() && checked.ok(); ++i) {
    const LineKey& key = line_keys_[i];
    const std::vector<int>& columns =
        table_.layout().keys()[static_cast<std::size_t>(key.entry.key)].columns;
    const bool named = std::any_of(values.begin(), values.end(), [&](const ColumnText& value) {
      return std::find(columns.begin(), columns.end(), value.column) != columns.end();
    });
    if (named) checked = CheckUnique(key, old_line_);
  }
  return checked;
}

}  // namespace linedb::engine
