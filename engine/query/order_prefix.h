// Numbers that stand for values when rows are sorted: to compare two of them looks at no row.

#ifndef LINEDB_ENGINE_QUERY_ORDER_PREFIX_H_
#define LINEDB_ENGINE_QUERY_ORDER_PREFIX_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "schema/value_view.h"

namespace linedb::engine {

// Learns what the values have in common, the type of numbers and how texts begin, and tells them
// apart by the rest. One thread; Of any number of threads at once.
class OrderPrefix {
 public:
  void Add(const schema::ValueView& value);
  void Merge(const OrderPrefix& other);

  // Of a value that was added: never greater than that of one that CompareValues takes to be
  // greater, among those that had the same number at each lower level. A level of a text is 8
  // bytes.
  std::uint64_t Of(const schema::ValueView& value, std::size_t level) const;
  // Whether the value has a level that is higher.
  bool GoesOn(const schema::ValueView& value, std::size_t level) const {
    return value.text.size() > common_.size() + (level + 1) * sizeof(std::uint64_t);
  }
  // Whether only equal values have the same number.
  bool is_exact() const { return kinds_ == kWhole || kinds_ == kFraction; }

 private:
  enum Kind : unsigned { kNull = 1, kWhole = 2, kFraction = 4, kText = 8 };

  static Kind KindOf(const schema::ValueView& value);
  void AddText(std::string_view text);

  unsigned kinds_ = 0;
  std::string common_;  // how all texts begin
};

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_QUERY_ORDER_PREFIX_H_
