#include "engine/transaction/table_changes.h"

#include <algorithm>
#include <cassert>
#include <charconv>
#include <mutex>

#include "absl/strings/str_cat.h"
#include "schema/order_key.h"
#include "schema/record_codec.h"

namespace linedb::engine {

namespace {

// How many retained lines a transaction settles when it begins with a table, …
constexpr std::uint64_t kSettledAtFirst = 512;
// … and with each line that it retains: more than it adds.
constexpr std::uint64_t kSettledPerLine = 2;

}  // namespace

TableChanges::TableChanges(TableState& table, std::uint64_t settle_limit,
                           const ExpiryMoment& moment, const SpillSpace* space)
    : table_(table),
      generation_(table.generation),
      settle_limit_(settle_limit),
      expires_(table.layout().expires_column() >= 0),
      moment_(moment),
      space_(generation_->records.has_file() ? space : nullptr),
      after_(generation_->written) {
  if (!generation_->retained.empty()) {
    const std::unique_lock<std::shared_mutex> lock(table_.mutex);
    generation_->Settle(settle_limit_, kSettledAtFirst);
  }
  begin_ = MakeMark();
}

TableChanges::TableChanges(TableState& table, Replayed expected, std::uint64_t settle_limit,
                           const SpillSpace* space)
    : table_(table),
      generation_(table.generation),
      settle_limit_(settle_limit),
      replays_(true),
      space_(generation_->records.has_file() && expected.bytes > spill_bytes_ ? space : nullptr),
      asks_checks_(false),
      after_(generation_->written) {
  Expect(expected.records, expected.bytes);
  begin_ = MakeMark();
}

void TableChanges::Expect(std::size_t lines, std::size_t bytes) {
  assert(!sealed_);
  std::string& tail = generation_->records.tail();
  if (space_ != nullptr && bytes > spill_bytes_) {
    lines /= bytes / std::max<std::uint64_t>(spill_bytes_, 1) + 1;
    bytes = spill_bytes_;
  }
  tail.reserve(tail.size() + bytes);
  if (notes_entries()) added_.reserve(added_.size() + lines * generation_->indexes.size());
  const std::unique_lock<std::shared_mutex> lock(table_.mutex);
  for (KeyIndex& index : generation_->indexes) index.ReserveMore(lines);
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

RecordLocation TableChanges::LocationBegun() const {
  return RecordLocation(generation_->records.stored_bytes() + line_begin_, LineBegun().size());
}

absl::StatusOr<Change> TableChanges::FinishLine(WriteMode mode,
                                                const schema::FieldSpan* spans) noexcept {
  assert(line_keys_.empty());
  absl::Status checked = SpillBefore(line_begin_);
  const std::string_view line = LineBegun();
  if (checked.ok()) checked = CheckRecord(spans);
  if (checked.ok()) {
    NoteKeys(line, spans);
    checked = CheckKeys(mode);
  }
  // What it supersedes goes into the log as it was.
  if (checked.ok() && old_line_) checked = CheckLine(old_line_);
  if (checked.ok()) checked = NoteLine(line, spans);
  if (checked.ok() && expires_) NoteExpiry(line, spans);
  if (checked.ok()) return EnterLine();
  DropLine();
  return checked;
}

// Of a line that turned out to be wrong nothing stays.
void TableChanges::DropLine() {
  ForgetNoted();
  CancelLine();
}

void TableChanges::ForgetNoted() {
  line_keys_.clear();
  compound_texts_.clear();
  order_keys_.clear();
  order_keys_ends_.clear();
}

absl::StatusOr<Change> TableChanges::TakeLine(const schema::FieldSpan* spans) noexcept {
  assert(!expires_);
  absl::Status taken = line_keys_.empty() ? SpillBefore(line_begin_) : absl::OkStatus();
  const std::string_view line = LineBegun();
  if (taken.ok()) taken = CheckRecord(spans);
  if (taken.ok()) taken = NoteLine(line, spans);
  if (!taken.ok()) {
    CancelLine();
    // An error of a line before it comes first.
    absl::Status before = CheckTaken();
    return before.ok() ? taken : before;
  }
  NoteKeys(line, spans);
  const RecordLocation location = LocationBegun();
  generation_->records.tail().push_back('\n');
  if (line_keys_.size() >= kKeysTogether) {
    if (absl::Status checked = CheckTaken(); !checked.ok()) return checked;
  }
  return Change{wal::Operation::kInsert, location, {}};
}

absl::Status TableChanges::CheckTaken() noexcept {
  absl::Status checked;
  const std::unique_lock<std::shared_mutex> lock(table_.mutex);
  auto key = line_keys_.begin();
  std::size_t number = 0;
  while (key != line_keys_.end() && checked.ok()) {
    // A line's keys stand together; all of them are checked before one is entered.
    const auto line = key;
    for (; key != line_keys_.end() && key->entry.location == line->entry.location; ++key) {
      if (checked.ok()) checked = CheckUnique(*key, {});
    }
    if (!checked.ok()) break;
    for (auto entered = line; entered != key; ++entered) Enter(*entered);
    EnterOrdered(number++, line->entry.location);
    ++after_.lines;
    ++after_.live;
  }
  ForgetNoted();
  return checked;
}

// What can be said of the line begun without looking at others.
absl::Status TableChanges::CheckRecord(const schema::FieldSpan* spans) const {
  if (absl::Status room = CheckRoom(); !room.ok() || !asks_checks_) return room;
  return table_.checks().Check(LineBegun(), spans);
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

std::string_view TableChanges::TextOf(const LineKey& key) const {
  const bool compound =
      table_.layout().keys()[static_cast<std::size_t>(key.entry.key)].columns.size() > 1;
  const std::string& texts = compound ? compound_texts_ : generation_->records.tail();
  return std::string_view(texts).substr(key.text_begin, key.text_bytes);
}

// Adds the keys of the line begun to line_keys_, and has what the indexes say of them fetched.
void TableChanges::NoteKeys(std::string_view line, const schema::FieldSpan* spans) {
  const std::vector<schema::KeyLayout>& keys = table_.layout().keys();
  const RecordLocation location = LocationBegun();
  for (std::size_t key = 0; key < keys.size(); ++key) {
    const std::optional<std::string_view> text =
        schema::KeyTextOf(keys[key], line, spans, &scratch_);
    if (!text) continue;
    LineKey& noted = line_keys_.emplace_back();
    noted.entry = {static_cast<int>(key), HashKeyText(*text), location};
    noted.text_bytes = text->size();
    if (keys[key].columns.size() > 1) {
      noted.text_begin = compound_texts_.size();
      compound_texts_.append(*text);
    } else {
      noted.text_begin = line_begin_ + spans[keys[key].columns[0]].begin;
    }
    generation_->indexes[key].Prefetch(noted.entry.hash);
  }
  if (!table_.layout().indexes().empty()) NoteOrdered(line, spans);
}

// Adds the line's keys in the ordered indexes.
void TableChanges::NoteOrdered(std::string_view line, const schema::FieldSpan* spans) {
  for (const schema::IndexLayout& index : table_.layout().indexes()) {
    schema::AppendOrderKeyOf(table_.layout(), index, line, spans, &order_keys_);
    order_keys_ends_.push_back(order_keys_.size());
  }
}

// Looks every key of the line up; finds old_line_.
absl::Status TableChanges::CheckKeys(WriteMode mode) {
  assert(!line_keys_.empty() && line_keys_[0].entry.key == 0);
  const LineKey& primary = line_keys_[0];
  absl::Status known;
  old_line_ = generation_->Find(0, primary.entry.hash, TextOf(primary), kNoLimit, &known,
                                mode == WriteMode::kInsert ? layers_checked() : Layers::kAll);
  if (old_line_ && mode == WriteMode::kInsert) return ClashError(primary, old_line_);
  if (old_line_) {
    known = absl::OkStatus();
  } else {
    known.Update(generation_->CheckIndex(0));
  }
  if (!known.ok()) return known;
  if (!old_line_ && mode == WriteMode::kUpdate) {
    return NotFoundError(TextOf(primary));
  }
  for (std::size_t i = 1; i < line_keys_.size() && known.ok(); ++i) {
    known = CheckUnique(line_keys_[i], old_line_);
  }
  return known;
}

// Whether a record other than the one replaced has the key.
absl::Status TableChanges::CheckUnique(const LineKey& key, RecordLocation replaced) const {
  absl::Status doubt;
  const RecordLocation found = generation_->FindOther(key.entry.key, key.entry.hash, TextOf(key),
                                                      replaced, &doubt, layers_checked());
  if (found) return ClashError(key, found);
  doubt.Update(generation_->CheckIndex(key.entry.key));
  return doubt;
}

absl::Status TableChanges::NotFoundError(std::string_view key_text) const {
  return absl::NotFoundError(absl::StrCat(table_.name(), ": no record with ",
                                          table_.layout().keys()[0].name, " ",
                                          std::string(key_text)));
}

// Takes note of a key that the line has and that is not to be assigned again.
absl::Status TableChanges::NoteLine(std::string_view line, const schema::FieldSpan* spans) {
  const int assigned = table_.layout().assigned_column();
  if (assigned < 0) return absl::OkStatus();
  if (after_.next_id == kKeysExhausted && AssignedKeyOf(line, spans) == kKeysExhausted) {
    return absl::ResourceExhaustedError(
        absl::StrCat(table_.name(), ": the largest 64-bit key is in use, so none can be assigned"));
  }
  NoteKeyUsed(line, spans);
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

absl::Status TableChanges::ClashError(const LineKey& key, RecordLocation other) const {
  const schema::KeyLayout& parts = table_.layout().keys()[static_cast<std::size_t>(key.entry.key)];
  return absl::AlreadyExistsError(absl::StrCat(table_.name(), ".", parts.name, ": value ",
                                               std::string(TextOf(key)), " is taken by the record ",
                                               std::string(generation_->records.View(other))));
}

void TableChanges::Enter(const LineKey& key) {
  const IndexEntry& entry = key.entry;
  if (notes_entries()) added_.push_back(entry);
  generation_->indexes[static_cast<std::size_t>(entry.key)].Insert(entry.hash, entry.location);
}

// Of the lines noted, the one with this number.
void TableChanges::EnterOrdered(std::size_t line, RecordLocation location) {
  std::vector<OrderedIndex>& ordered = generation_->ordered;
  for (std::size_t index = 0; index < ordered.size(); ++index) {
    const std::size_t number = line * ordered.size() + index;
    const std::size_t begin = number == 0 ? 0 : order_keys_ends_[number - 1];
    ordered[index].Insert(
        std::string_view(order_keys_).substr(begin, order_keys_ends_[number] - begin),
        location.offset());
  }
}

// Ends the line and makes it findable by its keys.
Change TableChanges::EnterLine() {
  const RecordLocation location = LocationBegun();
  generation_->records.tail().push_back('\n');
  const std::unique_lock<std::shared_mutex> lock(table_.mutex);
  for (const LineKey& key : line_keys_) Enter(key);
  EnterOrdered(0, location);
  // The old line stays in the indexes for those who do not see this one yet.
  if (old_line_) {
    generation_->retained.Add(old_line_, location.offset());
    generation_->Settle(settle_limit_, kSettledPerLine);
  }
  ForgetNoted();
  ++after_.lines;
  if (!old_line_) ++after_.live;
  return {old_line_ ? wal::Operation::kUpdate : wal::Operation::kInsert, location, old_line_};
}

absl::StatusOr<Change> TableChanges::Erase(std::string_view key_text) noexcept {
  absl::StatusOr<RecordLocation> found = generation_->FindChecked(0, key_text, kNoLimit);
  if (!found.ok()) return found.status();
  if (!*found) return NotFoundError(key_text);
  const absl::StatusOr<bool> expired = expires_ ? HasExpired(*found) : false;
  if (!expired.ok()) return expired.status();
  return *expired ? NotFoundError(key_text) : EraseLine(*found);
}

// Of a line that was compared with its checksum.
absl::StatusOr<Change> TableChanges::EraseLine(RecordLocation old) {
  if (absl::Status room = CheckEnd(); !room.ok()) return room;
  if (absl::Status room = SpillIfLarge(); !room.ok()) return room;
  std::string* tail = BeginLine();
  AppendTombstoneOf(old, tail);
  const RecordLocation tombstone = LocationBegun();
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

void TableChanges::AppendTombstoneOf(RecordLocation old, std::string* tail) const {
  const schema::RecordLayout& layout = table_.layout();
  // The line may lie in the tail, which must not move while it is read.
  const std::size_t bytes = tail->size() + old.length() + schema::kTombstonePrefix.size() + 2;
  if (tail->capacity() < bytes) tail->reserve(2 * bytes);
  const std::string_view line = generation_->records.View(old);
  FieldSpans spans(static_cast<std::size_t>(layout.column_count()));
  const std::vector<int>& columns = layout.keys()[0].columns;
  [[maybe_unused]] const bool split = schema::SplitCanonical(
      layout, line, *std::max_element(columns.begin(), columns.end()), spans.data());
  assert(split);
  schema::AppendTombstone(layout, line, spans.data(), tail);
}

TableChanges::Mark TableChanges::MakeMark() const {
  return {generation_->records.end(), added_before_ + added_.size(), generation_->retained.added(),
          after_};
}

void TableChanges::RollbackTo(const Mark& mark) noexcept {
  assert(!sealed_ && !replays_ && mark.entries <= added_before_ + added_.size());
  ForgetNoted();
  const std::unique_lock<std::shared_mutex> lock(table_.mutex);
  // Of a sealed transaction the lines are gone already, and their entries with them.
  const std::uint64_t end = std::min(mark.end, generation_->records.end());
  generation_->TakeBackOrdered(end);
  for (KeyIndex& index : generation_->indexes) index.CutSpilled(end);
  while (added_before_ + added_.size() > mark.entries && !added_.empty()) {
    const IndexEntry& entry = added_.back();
    generation_->indexes[static_cast<std::size_t>(entry.key)].Erase(entry.hash, entry.location);
    added_.pop_back();
  }
  added_before_ = std::min(added_before_, mark.entries);
  generation_->retained.TakeBack(mark.retained);
  generation_->records.CutTail(end);
  after_ = mark.extent;
}

void TableChanges::Seal(bool accept_tail) noexcept {
  assert(!sealed_);
  const std::unique_lock<std::shared_mutex> lock(table_.mutex);
  after_.bytes = generation_->records.end();
  if (accept_tail) generation_->records.AcceptTail();
  generation_->written = after_;
  if (!expiry_earliest_.empty()) expiry_earliest_time_ = ExpiryTime(expiry_earliest_);
  generation_->ForgetCuts();  // who asks about them reads in this transaction, which has ended
  sealed_ = true;
}

void TableChanges::Publish() {
  assert(sealed_);
  generation_->Publish(after_);
  if (expires_) table_.earliest_expiry.Lower(expiry_earliest_time_);
}

absl::Status TableChanges::Rollback() noexcept {
  absl::Status cut;
  if (sealed_) {
    const std::unique_lock<std::shared_mutex> lock(table_.mutex);
    generation_->TakeBackOrdered(begin_.extent.bytes);
    cut = generation_->records.Unaccept(begin_.extent.bytes);
    generation_->written = begin_.extent;
    sealed_ = false;
  }
  RollbackTo(begin_);
  return cut;
}

}  // namespace linedb::engine
