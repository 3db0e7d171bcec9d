#include "engine/transaction/table_changes.h"

#include <cassert>
#include <charconv>
#include <mutex>

#include "absl/strings/str_cat.h"
#include "schema/record_codec.h"

namespace linedb::engine {

TableChanges::TableChanges(TableState& table) : table_(table), next_id_(table.next_id) {}

std::string* TableChanges::BeginLine() {
  std::string& tail = table_.records.tail();
  line_begin_ = tail.size();
  return &tail;
}

void TableChanges::CancelLine() { table_.records.tail().resize(line_begin_); }

std::string_view TableChanges::LineBegun() const {
  return std::string_view(table_.records.tail()).substr(line_begin_);
}

RecordLocation TableChanges::Find(int key, std::string_view text) const {
  return table_.Find(key, HashKeyText(text), text, kNoLimit,
                     [this](RecordLocation location) { return !IsSuperseded(location); });
}

absl::StatusOr<Change> TableChanges::FinishLine(WriteMode mode, const schema::FieldSpan* spans) {
  const std::string_view line = LineBegun();
  absl::Status checked = CheckRoom();
  if (checked.ok()) checked = CheckKeys(mode, line, spans);
  if (!checked.ok()) {
    CancelLine();
    return checked;
  }
  const RecordLocation location(table_.records.file_bytes() + line_begin_, line.size());
  Enter(location);
  if (old_line_) Supersede(old_line_);
  table_.records.tail().push_back('\n');
  ++lines_added_;
  if (!old_line_) ++live_change_;
  return Change{old_line_ ? wal::Operation::kUpdate : wal::Operation::kInsert, location, old_line_};
}

absl::Status TableChanges::CheckRoom() const {
  assert(!LineBegun().empty() && LineBegun().size() <= schema::kLineBytesMax);
  // Its tombstone, which may have all of its values and a mark more, must fit into a line as well.
  if (LineBegun().size() + schema::kTombstonePrefix.size() > schema::kLineBytesMax) {
    return absl::InvalidArgumentError(
        absl::StrCat(table_.name(), ": a record of ", LineBegun().size(), " bytes is too large"));
  }
  return CheckEnd();
}

absl::Status TableChanges::CheckEnd() const {
  if (table_.records.end() > RecordLocation::kOffsetMax) {
    return absl::ResourceExhaustedError(
        absl::StrCat(table_.name(), ": a .records file can have no more than 1 TiB"));
  }
  return absl::OkStatus();
}

// Looks every key of the line up; fills line_keys_ and old_line_.
absl::Status TableChanges::CheckKeys(WriteMode mode, std::string_view line,
                                     const schema::FieldSpan* spans) {
  const std::vector<schema::KeyLayout>& keys = table_.layout().keys();
  line_keys_.clear();
  for (std::size_t key = 0; key < keys.size(); ++key) {
    const std::optional<std::string_view> text =
        schema::KeyTextOf(keys[key], line, spans, &scratch_);
    if (!text) continue;
    line_keys_.push_back({static_cast<int>(key), HashKeyText(*text), {}});
    table_.indexes[key].Prefetch(line_keys_.back().hash);
  }
  assert(!line_keys_.empty() && line_keys_[0].key == 0);
  old_line_ = {};
  for (const IndexEntry& entry : line_keys_) {
    const std::size_t key = static_cast<std::size_t>(entry.key);
    const std::string_view text = *schema::KeyTextOf(keys[key], line, spans, &scratch_);
    const RecordLocation found =
        table_.Find(entry.key, entry.hash, text, kNoLimit,
                    [this](RecordLocation location) { return !IsSuperseded(location); });
    if (key == 0) {
      old_line_ = found;
      if (found && mode == WriteMode::kInsert) return ClashError(0, text, found);
      if (!found && mode == WriteMode::kUpdate) {
        return absl::NotFoundError(
            absl::StrCat(table_.name(), ": no record with ", keys[0].name, " ", std::string(text)));
      }
    } else if (found && found != old_line_) {
      return ClashError(entry.key, text, found);
    }
  }
  if (const int assigned = table_.layout().assigned_column(); assigned >= 0) {
    if (next_id_ == kKeysExhausted && AssignedKeyOf(line, spans) == kKeysExhausted) {
      return absl::ResourceExhaustedError(absl::StrCat(
          table_.name(), ": the largest 64-bit key is in use, so none can be assigned"));
    }
    NoteKeyUsed(line, spans);
  }
  return absl::OkStatus();
}

std::int64_t TableChanges::AssignedKeyOf(std::string_view line,
                                         const schema::FieldSpan* spans) const {
  const std::string_view text = spans[table_.layout().assigned_column()].In(line);
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

void TableChanges::NoteKeyUsed(std::string_view line, const schema::FieldSpan* spans) {
  if (table_.layout().assigned_column() < 0) return;
  table_.NoteKeyUsed(AssignedKeyOf(line, spans), &next_id_);
}

absl::Status TableChanges::ClashError(int key, std::string_view text, RecordLocation other) const {
  const schema::KeyLayout& parts = table_.layout().keys()[static_cast<std::size_t>(key)];
  return absl::AlreadyExistsError(absl::StrCat(table_.name(), ".", parts.name, ": value ",
                                               std::string(text), " is taken by the record ",
                                               std::string(table_.records.View(other))));
}

// Makes the line findable by its keys.
void TableChanges::Enter(RecordLocation location) {
  const std::unique_lock<std::shared_mutex> lock(table_.mutex);
  for (IndexEntry& entry : line_keys_) {
    entry.location = location;
    table_.indexes[static_cast<std::size_t>(entry.key)].Insert(entry.hash, location);
    added_.push_back(entry);
  }
}

// The old line stays in the indexes for readers; Publish takes it out.
void TableChanges::Supersede(RecordLocation old) {
  const schema::RecordLayout& layout = table_.layout();
  const std::string_view line = table_.records.View(old);
  FieldSpans spans(static_cast<std::size_t>(layout.column_count()));
  const bool split = schema::SplitCanonical(layout, line, layout.column_count() - 1, spans.data());
  assert(split);  // only canonical lines are in the indexes
  static_cast<void>(split);
  for (std::size_t key = 0; key < layout.keys().size(); ++key) {
    const std::optional<std::string_view> text =
        schema::KeyTextOf(layout.keys()[key], line, spans.data(), &scratch_);
    if (text) removed_.push_back({static_cast<int>(key), HashKeyText(*text), old});
  }
  superseded_.insert(old.offset());
}

absl::StatusOr<Change> TableChanges::Erase(std::string_view key_text) {
  const schema::RecordLayout& layout = table_.layout();
  const RecordLocation old = Find(0, key_text);
  if (!old) {
    return absl::NotFoundError(absl::StrCat(table_.name(), ": no record with ",
                                            layout.keys()[0].name, " ", std::string(key_text)));
  }
  if (absl::Status room = CheckEnd(); !room.ok()) return room;
  const std::string line(table_.records.View(old));
  std::vector<schema::FieldSpan> spans(static_cast<std::size_t>(layout.column_count()));
  const bool split = schema::SplitCanonical(layout, line, layout.column_count() - 1, spans.data());
  assert(split);
  static_cast<void>(split);
  std::string* tail = BeginLine();
  schema::AppendTombstone(layout, line, spans, tail);
  const RecordLocation tombstone(table_.records.file_bytes() + line_begin_,
                                 tail->size() - line_begin_);
  tail->push_back('\n');
  Supersede(old);
  superseded_.insert(tombstone.offset());
  ++lines_added_;
  --live_change_;
  return Change{wal::Operation::kDelete, tombstone, old};
}

void TableChanges::Publish(bool accept_tail) {
  const std::unique_lock<std::shared_mutex> lock(table_.mutex);
  for (const IndexEntry& entry : removed_) {
    table_.indexes[static_cast<std::size_t>(entry.key)].Erase(entry.hash, entry.location);
  }
  for (const std::uint64_t offset : superseded_) table_.superseded.Insert(offset);
  if (accept_tail) table_.records.AcceptTail();
  table_.visible_bytes = table_.records.end();
  table_.lines += lines_added_;
  table_.live = static_cast<std::uint64_t>(static_cast<std::int64_t>(table_.live) + live_change_);
  table_.next_id = next_id_;
}

void TableChanges::Rollback() {
  const std::unique_lock<std::shared_mutex> lock(table_.mutex);
  for (const IndexEntry& entry : added_) {
    table_.indexes[static_cast<std::size_t>(entry.key)].Erase(entry.hash, entry.location);
  }
  table_.records.tail().clear();
}

}  // namespace linedb::engine
