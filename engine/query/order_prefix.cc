#include "engine/query/order_prefix.h"

#include <algorithm>
#include <bit>

namespace linedb::engine {
namespace {

constexpr std::uint64_t kHighBit = std::uint64_t{1} << 63;

std::uint64_t OfWhole(std::int64_t number) { return static_cast<std::uint64_t>(number) ^ kHighBit; }

std::uint64_t OfFraction(double number) {
  const auto bits = std::bit_cast<std::uint64_t>(number == 0 ? 0.0 : number);  // -0 equals 0
  return (bits & kHighBit) != 0 ? ~bits : bits | kHighBit;
}

std::uint64_t OfText(std::string_view text) {
  std::uint64_t prefix = 0;
  for (std::size_t i = 0; i < sizeof(prefix); ++i) {
    prefix = prefix << 8 | (i < text.size() ? static_cast<unsigned char>(text[i]) : 0);
  }
  return prefix;
}

}  // namespace

OrderPrefix::Kind OrderPrefix::KindOf(const schema::ValueView& value) {
  if (value.is_null()) return kNull;
  switch (value.type) {
    case Type::kInt:
    case Type::kBool:
    case Type::kTimestamp:
    case Type::kDate:
      return kWhole;
    case Type::kFloat:
      return kFraction;
    case Type::kString:
    case Type::kBytes:
    case Type::kJson:
      break;
  }
  return kText;
}

void OrderPrefix::Add(const schema::ValueView& value) {
  const Kind kind = KindOf(value);
  if (kind == kText) AddText(value.text);
  kinds_ |= kind;
}

void OrderPrefix::AddText(std::string_view text) {
  if ((kinds_ & kText) == 0) {
    common_ = text;
    return;
  }
  const std::size_t most = std::min(common_.size(), text.size());
  std::size_t length = 0;
  while (length < most && common_[length] == text[length]) ++length;
  common_.resize(length);
}

void OrderPrefix::Merge(const OrderPrefix& other) {
  if ((other.kinds_ & kText) != 0) AddText(other.common_);
  kinds_ |= other.kinds_;
}

// Null is the least. Values of a type may have no number of their own beside null, and whole
// numbers none beside fractions.
std::uint64_t OrderPrefix::Of(const schema::ValueView& value, std::size_t level) const {
  if (value.is_null()) return 0;
  const bool is_mixed = (kinds_ & kWhole) != 0 && (kinds_ & kFraction) != 0;
  switch (KindOf(value)) {
    case kWhole:
      return is_mixed ? OfFraction(static_cast<double>(value.number)) : OfWhole(value.number);
    case kFraction:
      return OfFraction(value.real);
    case kText:
      return OfText(value.text.substr(
          std::min(value.text.size(), common_.size() + level * sizeof(std::uint64_t))));
    case kNull:
      break;
  }
  return 0;
}

}  // namespace linedb::engine
