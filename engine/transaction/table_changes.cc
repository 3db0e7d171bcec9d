#include "engine/transaction/table_changes.h"

#include <cassert>
#include <charconv>
#include <mutex>

#include "absl/strings/str_cat.h"
#include "schema/record_codec.h"

namespace linedb::engine {

namespace {

// How many retained lines a transaction settles when it begins with a table, …
constexpr std::uint64_t kSettledAtFirst = 512;
// … and with each line that it retains: more than it adds.
constexpr std::uint64_t kSettledPerLine = 2;

}  // namespace

TableChanges::TableChanges(TableState& table, std::uint64_t settle_limit)
    : table_(table),
      generation_(table.generation),
      settle_limit_(settle_limit),
      after_(generation_->written) {
  if (!generation_->retained.empty()) {
    const std::unique_lock<std::shared_mutex> lock(table_.mutex);
    generation_->Settle(settle_limit_, kSettledAtFirst);
  }
  begin_ = MakeMark();
}

std::string* TableChanges::BeginLine() {
  assert(!sealed_);
  std::string& tail = generation_->records.tail();
  line_begin_ = tail.size();
  return &tail;
}

void TableChanges::CancelLine() { generation_->records.tail().resize(line_begin_); }

std::string_view TableChanges::LineBegun() const {
  return std::string_view(generation_->records.tail()).substr(line_begin_);
}

absl::Status TableChanges::CheckLine(RecordLocation location) const {
  // What the transaction wrote itself is in memory.
  if (location.offset() >= generation_->records.file_bytes()) return absl::OkStatus();
  return generation_->CheckLine(location);
}

absl::StatusOr<Change> TableChanges::FinishLine(WriteMode mode,
                                                const schema::FieldSpan* spans) noexcept {
  const std::string_view line = LineBegun();
  absl::Status checked = CheckRoom();
  if (checked.ok()) checked = CheckKeys(mode, line, spans);
  if (!checked.ok()) {
    CancelLine();
    return checked;
  }
  const RecordLocation location(generation_->records.file_bytes() + line_begin_, line.size());
  generation_->records.tail().push_back('\n');
  Enter(location);
  ++after_.lines;
  if (!old_line_) ++after_.live;
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
  if (generation_->records.end() > RecordLocation::kOffsetMax) {
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
    generation_->indexes[key].Prefetch(line_keys_.back().hash);
  }
  assert(!line_keys_.empty() && line_keys_[0].key == 0);
  old_line_ = {};
  for (const IndexEntry& entry : line_keys_) {
    const std::size_t key = static_cast<std::size_t>(entry.key);
    const std::string_view text = *schema::KeyTextOf(keys[key], line, spans, &scratch_);
    const RecordLocation found = generation_->Find(entry.key, entry.hash, text, kNoLimit);
    if (!found) {
      if (absl::Status known = generation_->CheckIndex(entry.key); !known.ok()) return known;
    }
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
  // What it supersedes goes into the log as it was.
  if (old_line_) {
    if (absl::Status whole = CheckLine(old_line_); !whole.ok()) return whole;
  }
  if (const int assigned = table_.layout().assigned_column(); assigned >= 0) {
    if (after_.next_id == kKeysExhausted && AssignedKeyOf(line, spans) == kKeysExhausted) {
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
  generation_->NoteKeyUsed(AssignedKeyOf(line, spans), &after_.next_id);
}

absl::Status TableChanges::ClashError(int key, std::string_view text, RecordLocation other) const {
  const schema::KeyLayout& parts = table_.layout().keys()[static_cast<std::size_t>(key)];
  return absl::AlreadyExistsError(absl::StrCat(table_.name(), ".", parts.name, ": value ",
                                               std::string(text), " is taken by the record ",
                                               std::string(generation_->records.View(other))));
}

// Makes the line findable by its keys.
void TableChanges::Enter(RecordLocation location) {
  const std::unique_lock<std::shared_mutex> lock(table_.mutex);
  for (IndexEntry& entry : line_keys_) {
    entry.location = location;
    generation_->indexes[static_cast<std::size_t>(entry.key)].Insert(entry.hash, location);
    added_.push_back(entry);
  }
  // The old line stays in the indexes for those who do not see this one yet.
  if (!old_line_) return;
  generation_->retained.Add(old_line_, location.offset());
  generation_->Settle(settle_limit_, kSettledPerLine);
}

absl::StatusOr<Change> TableChanges::Erase(std::string_view key_text) noexcept {
  const schema::RecordLayout& layout = table_.layout();
  absl::StatusOr<RecordLocation> found = generation_->FindChecked(0, key_text, kNoLimit);
  if (!found.ok()) return found.status();
  const RecordLocation old = *found;
  if (!old) {
    return absl::NotFoundError(absl::StrCat(table_.name(), ": no record with ",
                                            layout.keys()[0].name, " ", std::string(key_text)));
  }
  if (absl::Status room = CheckEnd(); !room.ok()) return room;
  const std::string line(generation_->records.View(old));
  std::vector<schema::FieldSpan> spans(static_cast<std::size_t>(layout.column_count()));
  const bool split = schema::SplitCanonical(layout, line, layout.column_count() - 1, spans.data());
  assert(split);
  static_cast<void>(split);
  std::string* tail = BeginLine();
  schema::AppendTombstone(layout, line, spans, tail);
  const RecordLocation tombstone(generation_->records.file_bytes() + line_begin_,
                                 tail->size() - line_begin_);
  tail->push_back('\n');
  {
    const std::unique_lock<std::shared_mutex> lock(table_.mutex);
    generation_->retained.Add(old, tombstone.offset());
    generation_->retained.Add(tombstone, tombstone.offset());
    generation_->Settle(settle_limit_, 2 * kSettledPerLine);
  }
  ++after_.lines;
  --after_.live;
  return Change{wal::Operation::kDelete, tombstone, old};
}

TableChanges::Mark TableChanges::MakeMark() const {
  return {generation_->records.tail().size(), added_.size(), generation_->retained.added(), after_};
}

void TableChanges::RollbackTo(const Mark& mark) noexcept {
  assert(!sealed_ && mark.entries <= added_.size());
  const std::unique_lock<std::shared_mutex> lock(table_.mutex);
  while (added_.size() > mark.entries) {
    const IndexEntry& entry = added_.back();
    generation_->indexes[static_cast<std::size_t>(entry.key)].Erase(entry.hash, entry.location);
    added_.pop_back();
  }
  generation_->retained.TakeBack(mark.retained);
  generation_->records.tail().resize(mark.tail_bytes);
  after_ = mark.extent;
}

void TableChanges::Seal(bool accept_tail) noexcept {
  assert(!sealed_);
  const std::unique_lock<std::shared_mutex> lock(table_.mutex);
  after_.bytes = generation_->records.end();
  if (accept_tail) generation_->records.AcceptTail();
  generation_->written = after_;
  sealed_ = true;
}

void TableChanges::Publish() {
  assert(sealed_);
  generation_->Publish(after_);
}

absl::Status TableChanges::Rollback() noexcept {
  absl::Status cut;
  if (sealed_) {
    const std::unique_lock<std::shared_mutex> lock(table_.mutex);
    cut = generation_->records.Unaccept(begin_.extent.bytes);
    generation_->written = begin_.extent;
    sealed_ = false;
  }
  RollbackTo(begin_);
  return cut;
}

}  // namespace linedb::engine
