// Which line of the input a record of an import came from.

#ifndef LINEDB_ENGINE_EXCHANGE_LINE_ORIGINS_H_
#define LINEDB_ENGINE_EXCHANGE_LINE_ORIGINS_H_

#include <algorithm>
#include <cstdint>
#include <vector>

#include "engine/index/table_generation.h"
#include "schema/record_codec.h"

namespace linedb::engine {

// Of the records of the open transaction, which stand in the table in the order of the input. Where
// some of them lie is noted, and which lines they have as steps of equal size: it takes a few bytes
// for many records, and to find one a few of them are counted. One thread.
class LineOrigins {
 public:
  // The next record stands at `offset`, or behind tombstones that do.
  void NoteOffset(std::uint64_t offset) {
    if (!samples_.empty() && count_ - samples_.back().number < kRecordsPerSample) return;
    samples_.push_back({count_, offset});
  }
  // The next record came from this line.
  void Add(std::uint64_t line) {
    if (!steps_.empty()) {
      Steps& last = steps_.back();
      const std::uint64_t behind = count_ - last.number;
      if (behind == 1 && line >= last.line) last.step = line - last.line;
      if (last.line + behind * last.step != line) steps_.push_back({count_, line, 0});
    } else {
      steps_.push_back({count_, line, 0});
    }
    ++count_;
  }

  // 0 if it came from elsewhere.
  std::uint64_t Find(const TableGeneration& table, RecordLocation location) const {
    if (samples_.empty() || location.offset() < samples_.front().at) return 0;
    const auto sample =
        std::upper_bound(samples_.begin(), samples_.end(), location.offset(),
                         [](std::uint64_t at, const Sample& s) { return at < s.at; });
    std::uint64_t number = (sample - 1)->number;
    for (std::uint64_t at = (sample - 1)->at; at < location.offset();) {
      const RecordLocation line = table.records.LocationAt(at);
      if (!schema::IsTombstone(table.records.View(line))) ++number;
      at += line.length() + 1;
    }
    const auto steps =
        std::upper_bound(steps_.begin(), steps_.end(), number,
                         [](std::uint64_t n, const Steps& each) { return n < each.number; });
    return (steps - 1)->line + (number - (steps - 1)->number) * (steps - 1)->step;
  }

  void Clear() {
    samples_.clear();
    steps_.clear();
    count_ = 0;
  }

 private:
  static constexpr std::uint64_t kRecordsPerSample = 64;

  struct Sample {
    std::uint64_t number = 0;  // of the record
    std::uint64_t at = 0;
  };
  struct Steps {
    std::uint64_t number = 0;  // of the first record
    std::uint64_t line = 0;
    std::uint64_t step = 0;
  };

  std::vector<Sample> samples_;
  std::vector<Steps> steps_;
  std::uint64_t count_ = 0;
};

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_EXCHANGE_LINE_ORIGINS_H_
