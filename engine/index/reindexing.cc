#include "engine/index/reindexing.h"

#include <algorithm>
#include <cassert>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/index/index_build.h"
#include "engine/index/key_run_writer.h"
#include "schema/record_codec.h"

namespace linedb::engine {
namespace {

std::string KeyTextAt(const schema::RecordLayout& layout, int key, std::string_view line) {
  FieldSpans spans(static_cast<std::size_t>(layout.column_count()));
  [[maybe_unused]] const bool split =
      schema::SplitCanonical(layout, line, layout.column_count() - 1, spans.data());
  assert(split);  // it was when it was hashed
  std::string scratch;
  return std::string(
      schema::KeyTextOf(layout.keys()[static_cast<std::size_t>(key)], line, spans.data(), &scratch)
          .value_or(""));
}

}  // namespace

Reindexing::Reindexing(const TableState& table, std::shared_ptr<const schema::RecordLayout> after)
    : table_(table), old_(table.generation), after_(std::move(after)) {
  for (std::size_t key = 0; key < after_->keys().size(); ++key) {
    if (old_->layout().FindKey(after_->keys()[key].name) >= 0) continue;
    keys_.push_back({static_cast<int>(key), {}});
  }
  for (std::size_t index = 0; index < after_->indexes().size(); ++index) {
    if (FindIndex(old_->layout(), after_->indexes()[index].name) >= 0) continue;
    indexes_.emplace_back().number = static_cast<int>(index);
  }
}

absl::Status Reindexing::Read() {
  std::shared_ptr<const wal::Mapping> mapping;  // keeps the file's bytes
  std::string_view file;
  {
    const std::shared_lock<std::shared_mutex> lock(table_.mutex);
    mapping = old_->records.mapping();
    file = old_->records.file_view().substr(0, old_->published_bytes());
  }
  return ReadUpTo(file);
}

absl::Status Reindexing::ReadUpTo(std::string_view file) {
  absl::Status whole = old_->CompareBlocks(file, read_bytes_, file.size(), /*again=*/false);
  if (!whole.ok()) return whole;
  for (NewKey& key : keys_) {
    absl::StatusOr<std::vector<KeyEntry>> more = EntriesOf(*after_, key.number, file, read_bytes_);
    if (!more.ok()) return more.status();
    key.entries.insert(key.entries.end(), more->begin(), more->end());
  }
  for (NewIndex& index : indexes_) {
    absl::StatusOr<OrderedEntries> more =
        OrderedEntriesOf(*after_, index.number, file, read_bytes_);
    if (!more.ok()) return more.status();
    index.entries.Append(*std::move(more));
  }
  read_bytes_ = file.size();
  return whole;
}

absl::StatusOr<std::shared_ptr<TableGeneration>> Reindexing::Complete() {
  assert(table_.generation == old_ && old_->records.tail().empty());
  absl::Status done = ReadUpTo(old_->records.file_view());
  const auto is_forgotten = [this](std::uint64_t offset) {
    return old_->superseded.Contains(offset);
  };
  for (NewKey& key : keys_) {
    std::erase_if(key.entries, [&](const KeyEntry& entry) { return is_forgotten(entry.offset); });
    if (done.ok()) done = CheckUnique(key);
  }
  for (NewIndex& index : indexes_) {
    std::erase_if(index.entries.entries,
                  [&](const OrderedEntry& entry) { return is_forgotten(entry.offset()); });
  }
  if (done.ok() && old_->superseded.broken()) done = old_->IndexError();
  if (!done.ok()) return done;
  std::shared_ptr<TableGeneration> made = old_->WithLayout(after_);
  for (NewKey& key : keys_) Fill(std::move(key), *made);
  for (NewIndex& index : indexes_) Fill(std::move(index), *made);
  return made;
}

absl::Status Reindexing::CheckUnique(const NewKey& key) const {
  std::vector<KeyEntry> live;
  for (const KeyEntry& entry : key.entries) {
    if (!old_->IsSuperseded(entry.offset, kNoLimit)) live.push_back(entry);
  }
  SortEntries(&live);
  const auto line_of = [this](const KeyEntry& entry) {
    return old_->records.View(old_->records.LocationAt(entry.offset));
  };
  for (auto first = live.begin(); first != live.end(); ++first) {
    for (auto other = first + 1; other != live.end() && other->hash == first->hash; ++other) {
      const std::string_view line = line_of(*first);
      const std::string_view twin = line_of(*other);
      if (KeyTextAt(*after_, key.number, line) == KeyTextAt(*after_, key.number, twin)) {
        return ClashError(key, line, twin);
      }
    }
  }
  return absl::OkStatus();
}

absl::Status Reindexing::ClashError(const NewKey& key, std::string_view one,
                                    std::string_view other) const {
  return absl::FailedPreconditionError(
      absl::StrCat(table_.name(), ".", after_->keys()[static_cast<std::size_t>(key.number)].name,
                   ": value ", KeyTextAt(*after_, key.number, one),
                   " is that of two records: ", std::string(one), " and ", std::string(other)));
}

// What the index's files say nothing about stays in memory as it would have come there.
void Reindexing::Fill(NewKey key, TableGeneration& made) const {
  KeyIndex& index = made.indexes[static_cast<std::size_t>(key.number)];
  const std::uint64_t indexed = made.indexed_bytes();
  std::erase_if(key.entries, [&](const KeyEntry& entry) {
    if (entry.offset < indexed) return false;
    index.Insert(entry.hash, made.records.LocationAt(entry.offset));
    return true;
  });
  if (indexed == 0) return;
  const RunExtent extent{0, indexed, BlockChecksumOf(""), made.indexed_checksum()};
  index.SetRuns({KeyRun::Make(KeyIdentity(*after_, key.number), extent, std::move(key.entries))});
}

void Reindexing::Fill(NewIndex index, TableGeneration& made) const {
  OrderedIndex& ordered = made.ordered[static_cast<std::size_t>(index.number)];
  const std::uint64_t indexed = made.indexed_bytes();
  std::erase_if(index.entries.entries, [&](const OrderedEntry& entry) {
    if (entry.offset() < indexed) return false;
    ordered.Insert(entry.key(), entry.offset());
    return true;
  });
  if (indexed == 0) return;
  const RunExtent extent{0, indexed, BlockChecksumOf(""), made.indexed_checksum()};
  ordered.SetRuns(
      {OrderedRun::Make(OrderIdentity(*after_, index.number), extent, std::move(index.entries))});
}

}  // namespace linedb::engine
