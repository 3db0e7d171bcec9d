// The operations of a transaction, in order.

#ifndef LINEDB_ENGINE_TRANSACTION_OPERATION_LIST_H_
#define LINEDB_ENGINE_TRANSACTION_OPERATION_LIST_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "engine/transaction/table_changes.h"

namespace linedb::engine {

struct Operation {
  TableState* table = nullptr;
  Change change;
};

// Of many operations the earlier ones are packed: inserts of lines that follow each other take no
// more room than one, and where each lies is found by the lines themselves. One thread.
class OperationList {
 public:
  void Add(TableState& table, const Change& change) {
    if (recent_.size() == kRecentMax) Pack();
    recent_.push_back({&table, change});
  }
  void Reserve(std::size_t operations) {
    recent_.reserve(std::min(recent_.size() + operations, kRecentMax));
  }
  std::size_t size() const { return packed_count_ + recent_.size(); }
  bool empty() const { return size() == 0; }
  // Forgets all but the first `count`, of which there are at least so many.
  void Truncate(std::size_t count);

  // From the first one on. The list may grow meanwhile, and the tables' lines stay.
  class Walk {
   public:
    explicit Walk(const OperationList& list) : list_(list) {}
    // False behind the last one there is.
    bool Next(Operation* operation);

   private:
    bool NextPacked(Operation* operation);

    const OperationList& list_;
    std::size_t next_ = 0;
    std::size_t located_ =
        0;  // the packed operation whose line is location_; none if it is nothing
    RecordLocation location_;
  };

 private:
  static constexpr std::size_t kRecentMax = std::size_t{1} << 15;

  // `first`, and the inserts of the lines behind it up to the next one's begin.
  struct Packed {
    Operation first;
    std::size_t begin = 0;
  };

  void Pack();

  std::vector<Packed> packed_;
  std::size_t packed_count_ = 0;  // operations
  std::uint64_t packed_end_ = 0;  // where a line follows the last packed one; 0: nowhere
  // Most transactions are small: room for one comes with them.
  absl::InlinedVector<Operation, 1> recent_;
};

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_TRANSACTION_OPERATION_LIST_H_
