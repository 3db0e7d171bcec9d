// The ordered indexes of a table's generation. table_generation.h has the contract.

#include <algorithm>
#include <cassert>
#include <string>
#include <utility>

#include "engine/index/table_generation.h"
#include "schema/order_key.h"
#include "schema/record_codec.h"

namespace linedb::engine {
namespace {

// Calls `visit(index, key)` for the key of a line in each ordered index.
template <class Visit>
void ForEachOrderKey(const schema::RecordLayout& layout, std::string_view line,
                     const schema::FieldSpan* spans, Visit&& visit) {
  std::string key;
  for (std::size_t index = 0; index < layout.indexes().size(); ++index) {
    key.clear();
    schema::AppendOrderKeyOf(layout, layout.indexes()[index], line, spans, &key);
    visit(index, key);
  }
}

}  // namespace

int FindIndex(const schema::RecordLayout& layout, std::string_view name) {
  for (std::size_t index = 0; index < layout.indexes().size(); ++index) {
    if (layout.indexes()[index].name == name) return static_cast<int>(index);
  }
  return -1;
}

void TableGeneration::EnterOrdered(std::string_view line, const schema::FieldSpan* spans,
                                   std::uint64_t offset) {
  ForEachOrderKey(*layout_, line, spans, [&](std::size_t index, const std::string& key) {
    held_.empty() ? ordered[index].Insert(key, offset) : held_[index].Add(key, offset);
  });
}

void TableGeneration::EnterHeld() {
  for (std::size_t index = 0; index < held_.size(); ++index) {
    ordered[index].InsertAll(std::move(held_[index]));
  }
  held_.clear();
}

void TableGeneration::EraseOrdered(std::string_view line, const schema::FieldSpan* spans,
                                   std::uint64_t offset) {
  EnterHeld();
  ForEachOrderKey(*layout_, line, spans, [&](std::size_t index, const std::string& key) {
    ordered[index].Erase(key, offset);
  });
}

void TableGeneration::TakeBackOrdered(std::uint64_t begin) {
  while (!cuts_.empty() && cuts_.back().begin >= begin) cuts_.pop_back();
  cuts_.push_back({++cut_count_, begin});
  if (ordered.empty()) return;
  const std::uint64_t stored = records.stored_bytes();
  const std::uint64_t in_file = std::min(begin, stored);
  TakeBackOrdered(records.stored_view().substr(in_file), in_file);
  const std::uint64_t in_tail = std::max(begin, stored) - stored;
  TakeBackOrdered(std::string_view(records.tail()).substr(in_tail), stored + in_tail);
}

// Whole lines only: one that was begun and not ended has no entries. Nor have some of those that
// were to be checked together with one that turned out to be wrong.
void TableGeneration::TakeBackOrdered(std::string_view lines, std::uint64_t begin) {
  FieldSpans spans(static_cast<std::size_t>(layout_->column_count()));
  for (std::size_t at = 0; at < lines.size();) {
    const std::size_t end = lines.find('\n', at);
    if (end == lines.npos) return;
    const std::string_view line = lines.substr(at, end - at);
    if (!schema::IsTombstone(line) &&
        schema::SplitCanonical(*layout_, line, last_key_column_, spans.data())) {
      EraseOrdered(line, spans.data(), begin + at);
    }
    at = end + 1;
  }
}

std::shared_ptr<TableGeneration> TableGeneration::WithLayout(
    std::shared_ptr<const schema::RecordLayout> layout) const {
  assert(!frozen_ && layout->column_count() == layout_->column_count());
  auto made = std::make_shared<TableGeneration>(std::move(layout));
  made->records = records.Share();
  made->superseded = superseded;
  made->retained = retained;
  made->written = written;
  made->indexed_bytes_ = indexed_bytes_;
  made->indexed_checksum_ = indexed_checksum_;
  for (std::size_t key = 0; key < made->indexes.size(); ++key) {
    const int known = layout_->FindKey(made->layout().keys()[key].name);
    if (known >= 0) made->indexes[key] = indexes[static_cast<std::size_t>(known)].Copy();
  }
  for (std::size_t index = 0; index < made->ordered.size(); ++index) {
    const int known = FindIndex(*layout_, made->layout().indexes()[index].name);
    if (known >= 0) made->ordered[index] = ordered[static_cast<std::size_t>(known)].Copy();
  }
  made->Publish(published());
  return made;
}

bool TableGeneration::WasCutBefore(std::uint64_t end, std::uint64_t cuts_before) const {
  return std::any_of(cuts_.begin(), cuts_.end(),
                     [&](const Cut& cut) { return cut.number > cuts_before && cut.begin < end; });
}

}  // namespace linedb::engine
