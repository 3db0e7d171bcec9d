#include "engine/index/table_generation.h"

#define XXH_INLINE_ALL  // keys are short: the call would cost as much as the hash
#include <xxhash.h>

#include <algorithm>
#include <cassert>
#include <charconv>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/index/index_build.h"
#include "schema/record_codec.h"
#include "wal/file_names.h"

namespace linedb::engine {

std::uint64_t HashKeyText(std::string_view text) { return XXH3_64bits(text.data(), text.size()); }

TableGeneration::TableGeneration(std::shared_ptr<const schema::RecordLayout> layout)
    : indexes(layout->keys().size()),
      ordered(layout->indexes().size()),
      layout_(std::move(layout)) {
  const auto note = [this](const std::vector<int>& columns) {
    for (const int column : columns) last_key_column_ = std::max(last_key_column_, column);
  };
  for (const schema::KeyLayout& key : layout_->keys()) note(key.columns);
  for (const schema::IndexLayout& index : layout_->indexes()) note(index.columns);
}

TableExtent TableGeneration::published() const {
  return {bytes_.load(std::memory_order_acquire), lines_.load(std::memory_order_relaxed),
          live_.load(std::memory_order_relaxed), next_id_.load(std::memory_order_relaxed)};
}

void TableGeneration::Publish(const TableExtent& extent) {
  assert(extent.live <= extent.lines);
  lines_.store(extent.lines, std::memory_order_relaxed);
  live_.store(extent.live, std::memory_order_relaxed);
  next_id_.store(extent.next_id, std::memory_order_relaxed);
  bytes_.store(extent.bytes, std::memory_order_release);
}

void TableGeneration::Settle(std::uint64_t limit, std::uint64_t count_max) {
  for (; count_max > 0 && !retained.empty(); --count_max) {
    const RetainedLines::Line line = retained.front();
    if (line.end >= limit) return;
    if (line.is_tombstone()) {
      superseded.Insert(line.end);
    } else {
      Forget(line.line);
    }
    retained.DropFront();
  }
}

absl::StatusOr<RecordLocation> TableGeneration::FindChecked(int key, std::string_view text,
                                                            std::uint64_t limit) const {
  const std::uint64_t hash = HashKeyText(text);
  indexes[static_cast<std::size_t>(key)].Prefetch(hash);
  return FindChecked(key, hash, text, limit);
}

absl::StatusOr<RecordLocation> TableGeneration::FindChecked(int key, std::uint64_t hash,
                                                            std::string_view text,
                                                            std::uint64_t limit) const {
  absl::Status doubt;
  const RecordLocation found = Find(key, hash, text, limit, &doubt);
  if (found) {
    doubt = CheckLine(found);
  } else {
    doubt.Update(CheckIndex(key));
    if (doubt.ok()) return found;
  }
  if (doubt.ok()) return found;
  return absl::DataLossError(absl::StrCat(std::string(doubt.message()), "; looked for ",
                                          layout_->keys()[static_cast<std::size_t>(key)].name, " ",
                                          std::string(text)));
}

void TableGeneration::Fetch(int key, std::span<const std::uint64_t> hashes) const {
  constexpr std::uint64_t kCacheLine = 64;
  const KeyIndex& index = indexes[static_cast<std::size_t>(key)];
  for (const std::uint64_t hash : hashes) index.Prefetch(hash);
  const std::string_view file = records.file_view();
  const std::uint64_t line_bytes =
      std::min(file.size() / (lines_.load(std::memory_order_relaxed) + 1), 8 * kCacheLine);
  for (const std::uint64_t hash : hashes) {
    // The newest line of the hash; where it ends is not looked at, it would be waited for.
    const RecordLocation found = index.Find(
        Layers::kAll, hash, kNoLimit,
        [](std::uint64_t offset) { return RecordLocation(offset, 1); },
        [](RecordLocation) { return true; });
    if (!found) continue;
    superseded.Prefetch(found.offset());
    const std::uint64_t end = std::min<std::uint64_t>(found.offset() + line_bytes, file.size());
    for (std::uint64_t byte = found.offset(); byte < end; byte += kCacheLine) {
      __builtin_prefetch(file.data() + byte);
    }
  }
}

absl::Status TableGeneration::CompareBlocks(std::string_view file, std::uint64_t begin,
                                            std::uint64_t end, bool again) const {
  file = file.substr(0, published_bytes());
  const std::optional<DamagedBlock> damaged = records.guard().Check(file, begin, end, again);
  if (!damaged) return absl::OkStatus();
  const std::string_view before = file.substr(0, std::min<std::uint64_t>(begin, file.size()));
  return absl::DataLossError(
      absl::StrCat(wal::ShortRecordsName(layout_->schema().table_name), " line ",
                   std::count(before.begin(), before.end(), '\n') + 1, " byte ", begin,
                   ": the bytes ", damaged->begin, " to ", damaged->end,
                   " are not what was written: checksum ", wal::FormatChecksum(damaged->checksum),
                   ", expected ", wal::FormatChecksum(damaged->expected)));
}

bool TableGeneration::LineHasKey(int key, RecordLocation location, std::string_view text) const {
  const std::string_view line = records.View(location);
  const schema::KeyLayout& parts = layout_->keys()[static_cast<std::size_t>(key)];
  if (parts.columns.size() == 1 && parts.columns[0] == 0) {
    // The first column needs no parsing: its text stands right behind a fixed prefix.
    const std::size_t begin = layout_->prefix(0).size();
    const std::size_t end = begin + text.size();
    return end < line.size() && line.substr(begin, text.size()) == text &&
           (line[end] == ',' || line[end] == '}');
  }
  FieldSpans spans(static_cast<std::size_t>(layout_->column_count()));
  const int last = *std::max_element(parts.columns.begin(), parts.columns.end());
  if (!schema::SplitCanonical(*layout_, line, last, spans.data())) return false;
  std::string scratch;
  return schema::KeyTextOf(parts, line, spans.data(), &scratch) == text;
}

absl::Status TableGeneration::IndexError() const {
  return absl::DataLossError(absl::StrCat(wal::ShortRecordsName(layout_->schema().table_name),
                                          ": a file of its index is damaged, and so are the "
                                          "records to make it from: verify says where"));
}

void TableGeneration::NoteKeyUsed(std::int64_t value, std::int64_t* next) {
  if (*next == kKeysExhausted || value < *next) return;
  *next = value == std::numeric_limits<std::int64_t>::max() ? kKeysExhausted : value + 1;
}

bool TableGeneration::LoadLine(RecordLocation location, RecordLocation* clash, Layers old_in) {
  const std::string_view line = records.View(location);
  *clash = {};
  if (schema::IsTombstone(line)) return LoadTombstone(location, line);
  FieldSpans spans(static_cast<std::size_t>(layout_->column_count()));
  if (!schema::SplitCanonical(*layout_, line, layout_->column_count() - 1, spans.data()))
    return false;
  std::string scratch;
  RecordLocation old;
  for (std::size_t key = 0; key < indexes.size(); ++key) {
    const std::optional<std::string_view> text =
        schema::KeyTextOf(layout_->keys()[key], line, spans.data(), &scratch);
    if (!text) continue;
    const std::uint64_t hash = HashKeyText(*text);
    const RecordLocation found = Find(static_cast<int>(key), hash, *text, kNoLimit, nullptr,
                                      key == 0 ? old_in : Layers::kOutsideRuns);
    if (key == 0) {
      old = found;
      if (old) Forget(old);
    } else if (found) {
      *clash = found;
      return false;
    }
    indexes[key].Insert(hash, location);
  }
  if (!ordered.empty()) EnterOrdered(line, spans.data(), location.offset());
  if (const int assigned = layout_->assigned_column(); assigned >= 0) {
    const std::string_view text = spans[static_cast<std::size_t>(assigned)].In(line);
    std::int64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    NoteKeyUsed(value, &written.next_id);
  }
  ++written.lines;
  if (!old) ++written.live;
  return true;
}

bool TableGeneration::LoadTombstone(RecordLocation location, std::string_view line) {
  const std::optional<std::string> key = schema::TombstoneKey(*layout_, line);
  if (!key) return false;
  const RecordLocation old = Find(0, HashKeyText(*key), *key, kNoLimit);
  if (old) {
    Forget(old);
    --written.live;
  }
  superseded.Insert(location.offset());
  ++written.lines;
  return true;
}

// Takes a superseded line out of the indexes.
void TableGeneration::Forget(RecordLocation location) {
  // What was frozen or written keeps its entries, so the line need not even be read.
  const std::uint64_t active_begin = frozen_ ? frozen_->bytes : indexed_bytes_;
  if (location.offset() >= active_begin) EraseEntries(location);
  superseded.Insert(location.offset());
}

void TableGeneration::EraseEntries(RecordLocation location) {
  const std::string_view line = records.View(location);
  FieldSpans spans(static_cast<std::size_t>(layout_->column_count()));
  const bool split = schema::SplitCanonical(*layout_, line, last_key_column_, spans.data());
  assert(split);  // it was when it was loaded
  static_cast<void>(split);
  std::string scratch;
  for (std::size_t key = 0; key < indexes.size(); ++key) {
    const std::optional<std::string_view> text =
        schema::KeyTextOf(layout_->keys()[key], line, spans.data(), &scratch);
    if (text) indexes[key].Erase(HashKeyText(*text), location);
  }
  if (!ordered.empty()) EraseOrdered(line, spans.data(), location.offset());
}

void TableGeneration::ForgetLines() {
  for (KeyIndex& index : indexes) index = KeyIndex();
  for (OrderedIndex& index : ordered) index = OrderedIndex();
  held_.clear();
  superseded = SupersededLines();
  retained = RetainedLines();
  written = TableExtent();
  frozen_.reset();
  frozen_mapping_.reset();
  indexed_bytes_ = 0;
  indexed_checksum_ = BlockChecksumOf("");
}

std::uint64_t TableGeneration::unwritten_index_bytes() const {
  const bool is_written = std::none_of(indexes.begin(), indexes.end(),
                                       [](const KeyIndex& index) { return index.in_memory(); }) &&
                          std::none_of(ordered.begin(), ordered.end(),
                                       [](const OrderedIndex& index) { return index.in_memory(); });
  return records.file_bytes() - (is_written ? indexed_bytes_ : 0);
}

void TableGeneration::FreezeIndex() {
  assert(!frozen_ && records.tail().empty());
  BlockFacts& facts = frozen_.emplace();
  facts.key = KeyIdentity(*layout_, 0);
  facts.bytes = records.file_bytes();
  facts.lines = written.lines;
  facts.live = written.live;
  facts.next_id = written.next_id;
  facts.checksum = records.Checksum();
  facts.full_blocks = records.full_blocks();
  facts.superseded = superseded;
  retained.ForEachSuperseded(kNoLimit, [&](std::uint64_t offset) { facts.late.push_back(offset); });
  frozen_mapping_ = records.mapping();
  for (KeyIndex& index : indexes) index.Freeze();
  for (OrderedIndex& index : ordered) index.Freeze();
}

TableGeneration::Replaced TableGeneration::AdoptIndex(Index index) {
  assert(index.runs.size() == indexes.size() && index.ordered.size() == ordered.size());
  Replaced replaced{std::exchange(frozen_, std::nullopt), {}, {}};
  superseded.Rebase(std::move(index.base), index.facts.superseded);
  for (std::size_t key = 0; key < indexes.size(); ++key) {
    replaced.keys.push_back(indexes[key].SetRuns(std::move(index.runs[key])));
  }
  for (std::size_t number = 0; number < ordered.size(); ++number) {
    replaced.ordered.push_back(ordered[number].SetRuns(std::move(index.ordered[number])));
  }
  indexed_bytes_ = index.facts.bytes;
  indexed_checksum_ = index.facts.checksum;
  frozen_mapping_.reset();
  return replaced;
}

// A closure of this kind runs in whatever thread meets the damage, with or without the table's
// lock: it has a mapping of its own, and all it reads besides never changes.
void TableGeneration::MakeMendable(int key, const Mapped& mapping, KeyRun& run) const {
  run.SetRebuild([layout = layout_, mapping, guard = records.shared_guard(),
                  key](const RunExtent& extent) -> absl::StatusOr<std::vector<KeyEntry>> {
    const std::string_view file(mapping->data(), extent.end);
    if (!guard->IsWhole(file, extent.begin, extent.end_checksum)) {
      return absl::DataLossError("the records are damaged, too");
    }
    return EntriesOf(*layout, key, file, extent.begin);
  });
}

void TableGeneration::MakeMendable(int index, const Mapped& mapping, OrderedRun& run) const {
  run.SetRebuild([layout = layout_, mapping, guard = records.shared_guard(),
                  index](const RunExtent& extent) -> absl::StatusOr<OrderedEntries> {
    const std::string_view file(mapping->data(), extent.end);
    if (!guard->IsWhole(file, extent.begin, extent.end_checksum)) {
      return absl::DataLossError("the records are damaged, too");
    }
    return OrderedEntriesOf(*layout, index, file, extent.begin);
  });
}

void TableGeneration::MakeMendable(const BlockFacts& facts, const Mapped& mapping,
                                   SupersededBase& base) const {
  base.SetRebuild([layout = layout_, mapping, guard = records.shared_guard(), bytes = facts.bytes,
                   checksum = facts.checksum,
                   late = facts.late]() -> absl::StatusOr<std::vector<SupersededChunk>> {
    const std::string_view file(mapping->data(), bytes);
    if (!guard->IsWhole(file, 0, checksum)) {
      return absl::DataLossError("the records are damaged, too");
    }
    absl::StatusOr<SupersededLines> lines = SupersededIn(*layout, file);
    if (!lines.ok()) return lines.status();
    std::vector<SupersededChunk> chunks(lines->chunk_end());
    for (std::size_t number = 0; number < chunks.size(); ++number) {
      const SupersededChunk* chunk = lines->FindChunk(number);
      if (chunk != nullptr) chunks[number] = *chunk;
    }
    // Some snapshot may still see these, and RetainedLines knows of them.
    for (const std::uint64_t offset : late) {
      const std::uint64_t bit = offset / kLineBytesMin;
      chunks[bit / kSupersededChunkBits][bit % kSupersededChunkBits / 64] &=
          ~(std::uint64_t{1} << (bit % 64));
    }
    return chunks;
  });
}

}  // namespace linedb::engine
