// A column's value while an expression looks at it: decoded, but not owned.

#ifndef LINEDB_SCHEMA_VALUE_VIEW_H_
#define LINEDB_SCHEMA_VALUE_VIEW_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "linedb/value.h"

namespace linedb::schema {

// The type of null. No column has it.
inline constexpr Type kNullType = Type{0};

// A value of any type, or null. Trivially copied; its text lies in the record, in a ScratchArena or
// in an expression, and lives as long as that.
struct ValueView {
  union {
    std::int64_t number = 0;  // of an int, bool, timestamp (microseconds) or date (days)
    double real;              // of a float
  };
  std::string_view text = {};  // of a str, of bytes (both decoded), of json (its canonical text)
  Type type = kNullType;

  static ValueView Number(Type type, std::int64_t number) {
    ValueView made;
    made.number = number;
    made.type = type;
    return made;
  }
  static ValueView Real(double real) {
    ValueView made;
    made.real = real;
    made.type = Type::kFloat;
    return made;
  }
  static ValueView Text(Type type, std::string_view text) {
    ValueView made;
    made.text = text;
    made.type = type;
    return made;
  }

  bool is_null() const { return type == kNullType; }
};

// Texts that had to be decoded into bytes of their own. One for each thread; Clear between records
// ends the views and keeps the memory, so that in the long run nothing is allocated.
class ScratchArena {
 public:
  // An empty string, in its place until Clear.
  std::string* NewText() {
    if (used_ == texts_.size()) texts_.push_back(std::make_unique<std::string>());
    std::string* text = texts_[used_++].get();
    text->clear();
    return text;
  }
  void Clear() { used_ = 0; }

 private:
  std::vector<std::unique_ptr<std::string>> texts_;
  std::size_t used_ = 0;
};

// Less than, equal to or greater than zero, as a stands before, with or behind b in the order of
// queries: null first, then numbers by their exact values whether int or float, -0.0 with 0.0;
// false before true; text, bytes and json byte by byte; time as it goes. Values of types that do
// not compare stand in the order of their types.
int CompareValues(const ValueView& a, const ValueView& b);
// The same of an int and a float, exactly: no int is rounded. `b` is no NaN.
int CompareIntWithFloat(std::int64_t a, double b);

// The value that the canonical text of a column's field stands for. Text has to be decoded into
// `arena` only if it holds a backslash, bytes always; other text is a view into `text`. What is
// not canonical, as only damage makes it, is null.
ValueView ReadColumnValue(Type type, std::string_view text, ScratchArena* arena);

// `value` must outlive the view. NaN is null, as is the json text null.
ValueView ViewOf(const Value& value);
Value ToValue(const ValueView& view);

}  // namespace linedb::schema

#endif  // LINEDB_SCHEMA_VALUE_VIEW_H_
