#include "engine/index/hashed_lines.h"

#include <algorithm>
#include <atomic>
#include <cassert>
#include <charconv>
#include <cstring>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "engine/index/table_generation.h"
#include "linedb/call_in_threads.h"
#include "schema/order_key.h"
#include "schema/record_codec.h"

namespace linedb::engine {
namespace {

// A thread takes the lines of this many bytes at a time.
constexpr std::uint64_t kPortionBytes = std::uint64_t{4} << 20;

// The lines in portions, which threads share.
class LineHasher {
 public:
  LineHasher(const schema::RecordLayout& layout, std::string_view file, std::uint64_t begin,
             const HashingOptions& options)
      : layout_(layout), file_(file), begin_(begin), options_(options) {
    portions_.resize((file.size() - begin + kPortionBytes - 1) / kPortionBytes);
  }

  absl::Status Hash() {
    const std::thread::id caller = std::this_thread::get_id();
    std::atomic<std::uint64_t> done = 0;
    absl::Status hashed = CallInThreads(options_.threads, portions_.size(), [&](std::size_t i) {
      if (!HashPortion(i)) return absl::DataLossError("a line that is not a record of this table");
      done += kPortionBytes;
      if (std::this_thread::get_id() == caller) Report(done);
      return absl::OkStatus();
    });
    if (hashed.ok()) Report(size());
    return hashed;
  }

  HashedLines Join();

 private:
  std::uint64_t size() const { return file_.size() - begin_; }
  void Report(std::uint64_t done) const {
    if (options_.progress) options_.progress(std::min(done, size()));
  }
  // The first line that begins at `at` or behind it.
  std::uint64_t LineFrom(std::uint64_t at) const;
  bool HashPortion(std::size_t number);
  bool HashLine(std::string_view line, std::uint64_t offset, HashedLines* into) const;
  void HashKeys(std::string_view line, const schema::FieldSpan* spans, std::uint64_t offset,
                HashedLines* into) const;
  void TakeOrdered(std::string_view line, const schema::FieldSpan* spans, std::uint64_t offset,
                   HashedLines* into) const;
  bool is_partial() const { return options_.key_only >= 0 || options_.ordered_only >= 0; }

  const schema::RecordLayout& layout_;
  const std::string_view file_;
  const std::uint64_t begin_;
  const HashingOptions& options_;
  std::vector<HashedLines> portions_;
};

std::uint64_t LineHasher::LineFrom(std::uint64_t at) const {
  if (at <= begin_) return begin_;
  if (at >= file_.size()) return file_.size();
  const std::size_t newline = file_.find('\n', at - 1);
  return newline == std::string_view::npos ? file_.size() : newline + 1;
}

bool LineHasher::HashPortion(std::size_t number) {
  HashedLines& into = portions_[number];
  into.keys.resize(layout_.keys().size());
  into.ordered.resize(layout_.indexes().size());
  std::uint64_t offset = LineFrom(begin_ + number * kPortionBytes);
  const std::uint64_t end = LineFrom(begin_ + (number + 1) * kPortionBytes);
  while (offset < end) {
    const void* newline = std::memchr(file_.data() + offset, '\n', end - offset);
    if (newline == nullptr) return false;
    const std::string_view line(
        file_.data() + offset,
        static_cast<std::size_t>(static_cast<const char*>(newline) - file_.data()) - offset);
    if (!HashLine(line, offset, &into)) return false;
    offset += line.size() + 1;
  }
  return true;
}

bool LineHasher::HashLine(std::string_view line, std::uint64_t offset, HashedLines* into) const {
  if (line.empty() || line.size() > schema::kLineBytesMax) return false;
  ++into->lines;
  if (schema::IsTombstone(line)) {
    const std::optional<std::string> key = schema::TombstoneKey(layout_, line);
    if (key) into->tombstones.push_back({HashKeyText(*key), offset});
    return key.has_value();
  }
  FieldSpans spans(static_cast<std::size_t>(layout_.column_count()));
  if (!schema::SplitCanonical(layout_, line, layout_.column_count() - 1, spans.data())) {
    return false;
  }
  HashKeys(line, spans.data(), offset, into);
  if (!layout_.indexes().empty()) TakeOrdered(line, spans.data(), offset, into);
  if (const int assigned = layout_.assigned_column(); assigned >= 0) {
    const std::string_view text = spans[static_cast<std::size_t>(assigned)].In(line);
    std::int64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    TableGeneration::NoteKeyUsed(value, &into->next_id);
  }
  return true;
}

void LineHasher::HashKeys(std::string_view line, const schema::FieldSpan* spans,
                          std::uint64_t offset, HashedLines* into) const {
  std::string scratch;
  for (std::size_t key = 0; key < layout_.keys().size(); ++key) {
    if (is_partial() && options_.key_only != static_cast<int>(key)) continue;
    const std::optional<std::string_view> text =
        schema::KeyTextOf(layout_.keys()[key], line, spans, &scratch);
    if (text) into->keys[key].push_back({HashKeyText(*text), offset});
  }
}

void LineHasher::TakeOrdered(std::string_view line, const schema::FieldSpan* spans,
                             std::uint64_t offset, HashedLines* into) const {
  std::string key;
  for (std::size_t index = 0; index < layout_.indexes().size(); ++index) {
    if (is_partial() && options_.ordered_only != static_cast<int>(index)) continue;
    key.clear();
    schema::AppendOrderKeyOf(layout_, layout_.indexes()[index], line, spans, &key);
    into->ordered[index].Add(key, offset);
  }
}

HashedLines LineHasher::Join() {
  HashedLines all;
  all.keys.resize(layout_.keys().size());
  for (std::size_t key = 0; key < all.keys.size(); ++key) {
    std::size_t entries = 0;
    for (const HashedLines& portion : portions_) entries += portion.keys[key].size();
    all.keys[key].reserve(entries);
    for (HashedLines& portion : portions_) {
      all.keys[key].insert(all.keys[key].end(), portion.keys[key].begin(), portion.keys[key].end());
      std::vector<KeyEntry>().swap(portion.keys[key]);
    }
  }
  all.ordered.resize(layout_.indexes().size());
  for (HashedLines& portion : portions_) {
    for (std::size_t index = 0; index < all.ordered.size(); ++index) {
      all.ordered[index].Append(std::move(portion.ordered[index]));
    }
  }
  for (const HashedLines& portion : portions_) {
    all.tombstones.insert(all.tombstones.end(), portion.tombstones.begin(),
                          portion.tombstones.end());
    all.lines += portion.lines;
    all.next_id = LaterKey(all.next_id, portion.next_id);
  }
  return all;
}

}  // namespace

int CoreCount() {
  constexpr unsigned kThreadsMax = 16;
  return static_cast<int>(std::clamp(std::thread::hardware_concurrency(), 1U, kThreadsMax));
}

absl::StatusOr<HashedLines> HashLines(const schema::RecordLayout& layout, std::string_view file,
                                      std::uint64_t begin, const HashingOptions& options) {
  assert(begin <= file.size());
  LineHasher hasher(layout, file, begin, options);
  if (absl::Status hashed = hasher.Hash(); !hashed.ok()) return hashed;
  return hasher.Join();
}

}  // namespace linedb::engine
