// Lines that were superseded not long ago: somebody may still see them.

#ifndef LINEDB_ENGINE_STORAGE_RETAINED_LINES_H_
#define LINEDB_ENGINE_STORAGE_RETAINED_LINES_H_

#include <cstdint>
#include <deque>

#include "absl/container/flat_hash_map.h"
#include "engine/storage/record_location.h"

namespace linedb::engine {

// A file grows at its end only, so a moment of its history is a length: who sees the file up to
// `limit` sees a line if it begins below the limit, and if the line that superseded it does not.
// For lines in here the second line's offset, `end`, is known. They leave in the order in which
// they came once no reader's limit lies between line and end; then they are superseded for
// everybody (SupersededLines), and the indexes forget them.
//
// A tombstone is its own end: nobody sees it as a record.
//
// Any number of threads may call const methods at once; the others need the object for themselves.
class RetainedLines {
 public:
  struct Line {
    RecordLocation line;
    std::uint64_t end = 0;

    bool is_tombstone() const { return line.offset() == end; }
  };

  // `end` is not below that of any line before.
  void Add(RecordLocation line, std::uint64_t end);
  // Takes back what was added since added() was `added_before`.
  void TakeBack(std::uint64_t added_before);
  // How many were ever added and not taken back.
  std::uint64_t added() const { return dropped_ + lines_.size(); }

  bool empty() const { return lines_.empty(); }
  std::size_t size() const { return lines_.size(); }
  // Whether who sees the file up to `limit` sees what superseded the line at `offset`.
  bool IsSuperseded(std::uint64_t offset, std::uint64_t limit) const {
    if (lines_.empty()) return false;
    const auto found = ends_.find(offset);
    return found != ends_.end() && found->second < limit;
  }
  // The first of all; there must be one.
  const Line& front() const { return lines_.front(); }
  void DropFront();

  // Calls `visit(offset)` for every line that is superseded for who sees the file up to `limit`.
  template <class Visit>
  void ForEachSuperseded(std::uint64_t limit, Visit&& visit) const {
    for (const Line& line : lines_) {
      if (line.end >= limit) return;
      visit(line.line.offset());
    }
  }

 private:
  std::deque<Line> lines_;
  absl::flat_hash_map<std::uint64_t, std::uint64_t> ends_;  // by the line's offset
  std::uint64_t dropped_ = 0;
};

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_STORAGE_RETAINED_LINES_H_
