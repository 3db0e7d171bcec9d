#include "engine/transaction/canonical_order.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <charconv>
#include <cstring>

#include "schema/json_text.h"
#include "schema/record_codec.h"

namespace linedb::engine {
namespace {

constexpr std::uint64_t kSign = std::uint64_t{1} << 63;

std::int64_t IntOf(std::string_view text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

double FloatOf(std::string_view text) {
  double value = 0;
  schema::ParseJsonDouble(text, &value);
  return value;
}

bool IsString(std::string_view text) { return text.size() >= 2 && text.front() == '"'; }

// What the string stands for: a view into it, or into `scratch` if it has escapes.
std::string_view Unquoted(std::string_view text, std::string* scratch) {
  text = text.substr(1, text.size() - 2);
  if (text.find('\\') == text.npos) return text;
  scratch->clear();
  [[maybe_unused]] const char* fault =
      schema::Unescape(text.data(), text.data() + text.size(), scratch);
  return *scratch;
}

int Sign(int comparison) { return comparison < 0 ? -1 : comparison > 0 ? 1 : 0; }

template <class Number>
int CompareNumbers(Number a, Number b) {
  return a < b ? -1 : b < a ? 1 : 0;
}

std::uint64_t FirstBytes(std::string_view text) {
  std::uint64_t number = 0;
  const std::size_t count = std::min<std::size_t>(text.size(), 8);
  for (std::size_t i = 0; i < 8; ++i) {
    number = number << 8 | (i < count ? static_cast<unsigned char>(text[i]) : 0u);
  }
  return number;
}

}  // namespace

int CompareValues(Type type, std::string_view a, std::string_view b) {
  if (a == b) return 0;
  if (a == "null") return -1;
  if (b == "null") return 1;
  if (type == Type::kInt) return CompareNumbers(IntOf(a), IntOf(b));
  if (type == Type::kFloat) {
    const int compared = CompareNumbers(FloatOf(a), FloatOf(b));
    return compared != 0 ? compared : Sign(a.compare(b));  // 0.0 and -0.0
  }
  if (type == Type::kString && IsString(a) && IsString(b)) {
    std::string first;
    std::string second;
    return Sign(Unquoted(a, &first).compare(Unquoted(b, &second)));
  }
  return Sign(a.compare(b));
}

CanonicalOrder::CanonicalOrder(const schema::RecordLayout& layout) : layout_(layout) {
  if (layout.has_row_id()) {
    for (int i = 1; i < layout.column_count(); ++i) columns_.push_back(i);
  } else {
    columns_ = layout.keys()[0].columns;
  }
  for (const int column : columns_) {
    types_.push_back(layout.columns()[static_cast<std::size_t>(column)].type);
    last_column_ = std::max(last_column_, column);
  }
  spans_.resize(static_cast<std::size_t>(layout.column_count()));
}

bool CanonicalOrder::Split(std::string_view line, OrderedValues* values) {
  if (!schema::SplitCanonical(layout_, line, last_column_, spans_.data())) return false;
  values->clear();
  for (const int column : columns_) {
    values->push_back(spans_[static_cast<std::size_t>(column)].In(line));
  }
  return true;
}

int CanonicalOrder::Compare(const OrderedValues& a, const OrderedValues& b) const {
  assert(a.size() == types_.size() && b.size() == types_.size());
  for (std::size_t i = 0; i < types_.size(); ++i) {
    const int compared = CompareValues(types_[i], a[i], b[i]);
    if (compared != 0) return compared;
  }
  return 0;
}

std::uint64_t CanonicalOrder::PrefixOf(const OrderedValues& values) const {
  assert(values.size() == types_.size());
  if (values.empty() || values[0] == "null") return 0;
  const std::string_view text = values[0];
  switch (types_[0]) {
    case Type::kInt:
      return static_cast<std::uint64_t>(IntOf(text)) ^ kSign;
    case Type::kFloat: {
      const double value = FloatOf(text);
      if (value == 0) return kSign;  // of both signs: Compare tells them apart
      const auto bits = std::bit_cast<std::uint64_t>(value);
      return (bits & kSign) != 0 ? ~bits : bits | kSign;
    }
    case Type::kString: {
      std::string scratch;
      return IsString(text) ? FirstBytes(Unquoted(text, &scratch)) : 0;
    }
    default:
      return FirstBytes(text);
  }
}

}  // namespace linedb::engine
