#include "engine/index/index_build.h"

#include <xxhash.h>

#include <algorithm>
#include <cassert>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/index/key_run_writer.h"
#include "engine/index/table_generation.h"
#include "engine/storage/block_checksum.h"
#include "linedb/call_in_threads.h"
#include "schema/record_codec.h"

namespace linedb::engine {
namespace {

std::string_view LineAt(std::string_view file, std::uint64_t offset) {
  return file.substr(offset, file.find('\n', offset) - offset);
}

// The text of a key of a record's line; of the primary key, also of a tombstone's.
std::string KeyTextAt(const schema::RecordLayout& layout, int key, std::string_view line) {
  if (schema::IsTombstone(line)) return schema::TombstoneKey(layout, line).value_or("");
  FieldSpans spans(static_cast<std::size_t>(layout.column_count()));
  const bool split = schema::SplitCanonical(layout, line, layout.column_count() - 1, spans.data());
  assert(split);  // it was when it was hashed
  static_cast<void>(split);
  std::string scratch;
  return std::string(
      schema::KeyTextOf(layout.keys()[static_cast<std::size_t>(key)], line, spans.data(), &scratch)
          .value_or(""));
}

// Calls `visit(first, last)` for every group of entries of one hash.
template <class Visit>
void ForEachHash(const std::vector<KeyEntry>& sorted, Visit&& visit) {
  for (auto first = sorted.begin(); first != sorted.end();) {
    auto last = first;
    while (last != sorted.end() && last->hash == first->hash) ++last;
    visit(first, last);
    first = last;
  }
}

// Of the lines of one primary key the last one counts, if it is no tombstone; `versions` are all of
// them, sorted. Returns how many are left.
std::uint64_t FindSuperseded(const schema::RecordLayout& layout, std::string_view file,
                             const std::vector<KeyEntry>& versions, SupersededLines* superseded) {
  std::uint64_t live = 0;
  std::vector<std::string> seen;  // of one hash nearly always one
  ForEachHash(versions, [&](auto first, auto last) {
    if (last - first == 1 && !schema::IsTombstone(LineAt(file, first->offset))) {
      ++live;
      return;
    }
    seen.clear();
    while (last != first) {
      --last;
      const std::string_view line = LineAt(file, last->offset);
      std::string text = KeyTextAt(layout, 0, line);
      const bool known = std::find(seen.begin(), seen.end(), text) != seen.end();
      if (!known) seen.push_back(std::move(text));
      if (known || schema::IsTombstone(line)) {
        superseded->Insert(last->offset);
      } else {
        ++live;
      }
    }
  });
  return live;
}

// Whether two of the entries, sorted and of live lines, have the same key.
bool HasClash(const schema::RecordLayout& layout, int key, std::string_view file,
              const std::vector<KeyEntry>& entries) {
  bool clash = false;
  ForEachHash(entries, [&](auto first, auto last) {
    for (auto one = first; one != last; ++one) {
      for (auto other = one + 1; other != last; ++other) {
        clash = clash || KeyTextAt(layout, key, LineAt(file, one->offset)) ==
                             KeyTextAt(layout, key, LineAt(file, other->offset));
      }
    }
  });
  return clash;
}

std::uint64_t IdentityOf(const schema::RecordLayout& layout, const std::vector<int>& columns) {
  std::string text = layout.schema().table_name;
  for (const int column : columns) {
    const ColumnSchema& schema = layout.columns()[static_cast<std::size_t>(column)];
    absl::StrAppend(&text, "\n", schema.name, "\n", static_cast<int>(schema.type));
  }
  return XXH3_64bits(text.data(), text.size());
}

SupersededLines SupersededOf(const schema::RecordLayout& layout, std::string_view file,
                             const HashedLines& lines, std::uint64_t* live) {
  std::vector<KeyEntry> versions = lines.keys[0];
  versions.insert(versions.end(), lines.tombstones.begin(), lines.tombstones.end());
  SortEntries(&versions);
  SupersededLines superseded;
  *live = FindSuperseded(layout, file, versions, &superseded);
  return superseded;
}

}  // namespace

std::uint64_t KeyIdentity(const schema::RecordLayout& layout, int key) {
  return IdentityOf(layout, layout.keys()[static_cast<std::size_t>(key)].columns);
}

std::uint64_t OrderIdentity(const schema::RecordLayout& layout, int index) {
  return IdentityOf(layout, layout.indexes()[static_cast<std::size_t>(index)].columns);
}

absl::StatusOr<BuiltIndex> BuildIndex(const schema::RecordLayout& layout, std::string_view file,
                                      std::uint64_t checksum, const HashingOptions& options) {
  absl::StatusOr<HashedLines> hashed = HashLines(layout, file, 0, options);
  if (!hashed.ok()) return hashed.status();
  BuiltIndex built;
  built.lines = hashed->lines;
  built.next_id = hashed->next_id;
  built.superseded = SupersededOf(layout, file, *hashed, &built.live);
  const RunExtent extent{0, file.size(), BlockChecksumOf(""), checksum};
  built.runs.resize(hashed->keys.size());
  const absl::Status made =
      CallInThreads(options.threads, hashed->keys.size(), [&](std::size_t key) {
        std::vector<KeyEntry>& entries = hashed->keys[key];
        std::erase_if(entries, [&](const KeyEntry& entry) {
          return built.superseded.Contains(entry.offset);
        });
        SortEntries(&entries);
        const int number = static_cast<int>(key);
        if (HasClash(layout, number, file, entries)) {
          return absl::DataLossError("two records with the same unique value");
        }
        built.runs[key] = KeyRun::Make(KeyIdentity(layout, number), extent, std::move(entries));
        return absl::OkStatus();
      });
  if (!made.ok()) return made;
  built.ordered.resize(hashed->ordered.size());
  const absl::Status sorted =
      CallInThreads(options.threads, hashed->ordered.size(), [&](std::size_t index) {
        OrderedEntries& entries = hashed->ordered[index];
        std::erase_if(entries.entries, [&](const OrderedEntry& entry) {
          return built.superseded.Contains(entry.offset());
        });
        built.ordered[index] = OrderedRun::Make(OrderIdentity(layout, static_cast<int>(index)),
                                                extent, std::move(entries));
        return absl::OkStatus();
      });
  if (!sorted.ok()) return sorted;
  return built;
}

absl::StatusOr<std::vector<KeyEntry>> EntriesOf(const schema::RecordLayout& layout, int key,
                                                std::string_view file, std::uint64_t begin) {
  HashingOptions options;
  options.key_only = key;
  absl::StatusOr<HashedLines> hashed = HashLines(layout, file, begin, options);
  if (!hashed.ok()) return hashed.status();
  return std::move(hashed->keys[static_cast<std::size_t>(key)]);
}

absl::StatusOr<OrderedEntries> OrderedEntriesOf(const schema::RecordLayout& layout, int index,
                                                std::string_view file, std::uint64_t begin) {
  HashingOptions options;
  options.ordered_only = index;
  absl::StatusOr<HashedLines> hashed = HashLines(layout, file, begin, options);
  if (!hashed.ok()) return hashed.status();
  return std::move(hashed->ordered[static_cast<std::size_t>(index)]);
}

absl::StatusOr<SupersededLines> SupersededIn(const schema::RecordLayout& layout,
                                             std::string_view file) {
  HashingOptions options;
  options.key_only = 0;
  absl::StatusOr<HashedLines> hashed = HashLines(layout, file, 0, options);
  if (!hashed.ok()) return hashed.status();
  std::uint64_t live = 0;
  return SupersededOf(layout, file, *hashed, &live);
}

}  // namespace linedb::engine
