#include "tools/dbtool/row_value.h"

#include <charconv>

#include "tools/dbtool/cell_text.h"

namespace linedb::dbtool {
namespace {

template <class T>
T ParseNumber(std::string_view text) {
  T value{};
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

template <class T>
int Sign(const T& a, const T& b) {
  return a < b ? -1 : b < a ? 1 : 0;
}

bool IsNumber(const RowValue& value) { return value.index() == 1 || value.index() == 2; }

// Every 64-bit integer and every double is exact in a long double of 64 bits' mantissa.
long double NumberOf(const RowValue& value) {
  return value.index() == 1 ? static_cast<long double>(std::get<std::int64_t>(value))
                            : static_cast<long double>(std::get<double>(value));
}

}  // namespace

RowValue ReadRowValue(Type type, std::string_view json) {
  if (json == "null") return {};
  switch (type) {
    case Type::kInt:
      return ParseNumber<std::int64_t>(json);
    case Type::kFloat:
      return ParseNumber<double>(json);
    case Type::kBool:
      return json == "true";
    case Type::kJson:
      return std::string(json);
    case Type::kString:
    case Type::kBytes:
    case Type::kTimestamp:
    case Type::kDate:
      break;
  }
  return PlainText(json);
}

int CompareRowValues(const RowValue& a, const RowValue& b) {
  if (IsNumber(a) && IsNumber(b) && a.index() != b.index()) return Sign(NumberOf(a), NumberOf(b));
  return Sign(a, b);
}

}  // namespace linedb::dbtool
