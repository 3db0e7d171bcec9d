// The order of records that tells nothing of their history: by the values of the primary key, of a
// table without one by those of all columns in turn.

#ifndef LINEDB_ENGINE_TRANSACTION_CANONICAL_ORDER_H_
#define LINEDB_ENGINE_TRANSACTION_CANONICAL_ORDER_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "linedb/struct_codec.h"
#include "linedb/value.h"
#include "schema/record_layout.h"

namespace linedb::engine {

// Canonical texts of values, in the order in which they count.
using OrderedValues = std::vector<std::string_view>;

// Null comes first; int and float go by their numbers, false before true, strings by the bytes of
// their UTF-8, everything else by its canonical text, which of times is their order. Total: 0 only
// for equal texts. One thread.
class CanonicalOrder {
 public:
  // The layout outlives it.
  explicit CanonicalOrder(const schema::RecordLayout& layout);

  const std::vector<Type>& types() const { return types_; }
  // Of a canonical line, into which they point. False if it is none of the layout.
  bool Split(std::string_view line, OrderedValues* values);
  // Negative, 0 or positive; of values of types(), or of another layout's that has the same types.
  int Compare(const OrderedValues& a, const OrderedValues& b) const;
  // A number that is smaller only where Compare says so: most comparisons end with it.
  std::uint64_t PrefixOf(const OrderedValues& values) const;

 private:
  const schema::RecordLayout& layout_;
  std::vector<int> columns_;
  std::vector<Type> types_;
  int last_column_ = 0;
  std::vector<schema::FieldSpan> spans_;
};

// Negative, 0 or positive: two values of a column of this type.
int CompareValues(Type type, std::string_view a, std::string_view b);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_TRANSACTION_CANONICAL_ORDER_H_
