#include "engine/transaction/record_scan.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <mutex>
#include <shared_mutex>
#include <utility>

#include "engine/transaction/table_changes.h"

namespace linedb::engine {

absl::StatusOr<std::unique_ptr<ScanState>> ScanState::OfPublished(const TableState& table) {
  const std::shared_lock<std::shared_mutex> lock(table.mutex);
  if (!table.retired.ok()) return table.retired;
  // Under the same lock: what is superseded for everybody must not grow past the limit meanwhile.
  const std::uint64_t limit = table.generation->published_bytes();
  return OfGeneration(table.generation, limit);
}

std::unique_ptr<ScanState> ScanState::OfGeneration(
    std::shared_ptr<const TableGeneration> generation, std::uint64_t limit) {
  return std::unique_ptr<ScanState>(new ScanState(std::move(generation), limit));
}

std::unique_ptr<ScanState> ScanState::OfWriter(const TableState& table) {
  std::unique_ptr<ScanState> state(new ScanState(table.generation, kNoLimit));
  // The tail grows while the scan runs.
  state->tail_ = state->part_next_;
  state->part_next_ = state->tail_;
  return state;
}

ScanState::ScanState(std::shared_ptr<const TableGeneration> generation, std::uint64_t limit)
    : generation_(std::move(generation)), superseded_(generation_->superseded) {
  const RecordsFile& records = generation_->records;
  mapping_ = records.mapping();
  part_ = records.file_view().substr(0, limit);
  // Behind the file's bytes lies the open transaction's tail, or what a read-only handle replayed,
  // which does not change any more.
  if (limit > records.file_bytes()) part_next_ = records.tail();
  generation_->retained.ForEachSuperseded(
      limit, [this](std::uint64_t offset) { retained_.insert(offset); });
}

// Block by block, as the scan comes to them; what is in memory needs none of it.
bool ScanState::CompareUpTo(std::uint64_t end) {
  const std::uint64_t begin = compared_bytes_;
  compared_bytes_ = (end / kChecksumBlockBytes + 1) * kChecksumBlockBytes;
  if (mapping_ == nullptr) return true;
  // Its last block may reach behind what the scan sees.
  const std::string_view file(mapping_->data(),
                              std::min(mapping_->capacity(), generation_->published_bytes()));
  status_ = generation_->CompareBlocks(file, begin, compared_bytes_, compare_again_);
  return status_.ok();
}

bool ScanState::Next(std::string_view* line) {
  for (;;) {
    if (position_ == part_.size()) {
      if (part_next_.empty()) return false;
      part_offset_ += part_.size();
      part_ = std::exchange(part_next_, std::string_view());
      position_ = 0;
    }
    const char* begin = part_.data() + position_;
    const void* newline = std::memchr(begin, '\n', part_.size() - position_);
    assert(newline != nullptr);  // whole lines only are ever published
    const std::size_t length = static_cast<std::size_t>(static_cast<const char*>(newline) - begin);
    const std::uint64_t offset = part_offset_ + position_;
    position_ += length + 1;
    if (IsSuperseded(offset)) continue;
    if (offset + length >= compared_bytes_ && !CompareUpTo(offset + length + 1)) return false;
    *line = std::string_view(begin, length);
    return true;
  }
}

}  // namespace linedb::engine
