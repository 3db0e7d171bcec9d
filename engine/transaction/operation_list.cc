#include "engine/transaction/operation_list.h"

#include <cassert>

namespace linedb::engine {

void OperationList::Pack() {
  for (const Operation& operation : recent_) {
    const RecordLocation line = operation.change.line;
    const bool is_insert = operation.change.operation == wal::Operation::kInsert;
    const bool follows = is_insert && packed_end_ != 0 && line.offset() == packed_end_ &&
                         packed_.back().first.table == operation.table;
    if (!follows) packed_.push_back({operation, packed_count_});
    packed_end_ = is_insert ? line.offset() + line.length() + 1 : 0;
    ++packed_count_;
  }
  recent_.clear();
}

void OperationList::Truncate(std::size_t count) {
  assert(count <= size());
  if (count >= packed_count_) {
    recent_.resize(count - packed_count_);
    return;
  }
  recent_.clear();
  while (!packed_.empty() && packed_.back().begin >= count) packed_.pop_back();
  packed_count_ = count;
  packed_end_ = 0;
}

bool OperationList::Walk::Next(Operation* operation) {
  if (next_ >= list_.size()) return false;
  if (next_ < list_.packed_count_) return NextPacked(operation);
  *operation = list_.recent_[next_++ - list_.packed_count_];
  return true;
}

bool OperationList::Walk::NextPacked(Operation* operation) {
  const auto behind = std::upper_bound(
      list_.packed_.begin(), list_.packed_.end(), next_,
      [](std::size_t number, const Packed& packed) { return number < packed.begin; });
  const Packed& packed = *(behind - 1);
  *operation = packed.first;
  if (!location_ || located_ < packed.begin || located_ > next_) {
    located_ = packed.begin;
    location_ = packed.first.change.line;
  }
  const RecordsFile& records = packed.first.table->generation->records;
  for (; located_ < next_; ++located_) {
    location_ = records.LocationAt(location_.offset() + location_.length() + 1);
  }
  operation->change.line = location_;
  ++next_;
  return true;
}

}  // namespace linedb::engine
