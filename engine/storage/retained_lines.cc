#include "engine/storage/retained_lines.h"

#include <cassert>

namespace linedb::engine {

void RetainedLines::Add(RecordLocation line, std::uint64_t end) {
  assert(line && line.offset() <= end);
  assert(lines_.empty() || lines_.back().end <= end);
  lines_.push_back({line, end});
  [[maybe_unused]] const bool added = ends_.emplace(line.offset(), end).second;
  assert(added);  // a line is superseded once
}

void RetainedLines::TakeBack(std::uint64_t added_before) {
  assert(added_before >= dropped_ && added_before <= added());
  while (added() > added_before) {
    ends_.erase(lines_.back().line.offset());
    lines_.pop_back();
  }
}

void RetainedLines::DropFront() {
  assert(!lines_.empty());
  ends_.erase(lines_.front().line.offset());
  lines_.pop_front();
  ++dropped_;
}

}  // namespace linedb::engine
