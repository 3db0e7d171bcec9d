#include "engine/query/exact_sum.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>
#include <limits>

namespace linedb::engine {
namespace {

constexpr int kDigitBits = 32;
constexpr std::int64_t kDigitBase = std::int64_t{1} << kDigitBits;
constexpr int kMantissaBits = 52;
constexpr int kSmallestExponent = -1074;  // of the lowest bit there is
constexpr std::uint32_t kAdditionsMax = std::uint32_t{1} << 30;

}  // namespace

void ExactSum::Add(double value) {
  assert(!std::isnan(value));
  const auto bits = std::bit_cast<std::uint64_t>(value);
  const int exponent = static_cast<int>(bits >> kMantissaBits & 0x7ff);
  const bool negative = bits >> 63 != 0;
  std::uint64_t mantissa = bits & ((std::uint64_t{1} << kMantissaBits) - 1);
  if (exponent == 0x7ff) [[unlikely]] {
    infinities_ |= negative ? 2U : 1U;
    return;
  }
  if (exponent != 0) mantissa |= std::uint64_t{1} << kMantissaBits;
  if (mantissa == 0) return;
  const int position = std::max(exponent, 1) - 1;
  AddBits(absl::uint128(mantissa) << (position % kDigitBits), position / kDigitBits, negative);
}

void ExactSum::AddInteger(absl::int128 value) {
  const bool negative = value < 0;
  const auto magnitude = static_cast<absl::uint128>(value);
  constexpr int kOne = -kSmallestExponent;  // the position of 2^0
  const absl::uint128 bits = negative ? absl::uint128(0) - magnitude : magnitude;
  const int shift = kOne % kDigitBits;
  // In two halves: shifted, it might leave 128 bits.
  AddBits((bits & absl::uint128(~std::uint64_t{0})) << shift, kOne / kDigitBits, negative);
  AddBits((bits >> 64) << shift, kOne / kDigitBits + 2, negative);
}

void ExactSum::AddBits(absl::uint128 bits, int digit, bool negative) {
  constexpr int kDigits = 4;
  MakeRoom(digit, digit + kDigits);
  std::int64_t* at = &digits_[static_cast<std::size_t>(digit - first_)];
  for (int i = 0; i < kDigits; ++i) {
    const auto part = static_cast<std::int64_t>(absl::Uint128Low64(bits) & (kDigitBase - 1));
    at[i] += negative ? -part : part;
    bits >>= kDigitBits;
  }
  if (++additions_ == kAdditionsMax) Normalize();
}

// For the digits from `first` to before `last`.
void ExactSum::MakeRoom(int first, int last) {
  if (digits_.empty()) first_ = first;
  if (first < first_) {
    digits_.insert(digits_.begin(), static_cast<std::size_t>(first_ - first), 0);
    first_ = first;
  }
  const auto count = static_cast<std::size_t>(last - first_);
  if (digits_.size() < count) digits_.resize(count, 0);
}

// Brings all digits but the last to 0 … 2^32 - 1; the last one has the sign.
void ExactSum::Normalize() {
  additions_ = 0;
  std::int64_t carry = 0;
  for (std::size_t i = 0; i < digits_.size(); ++i) {
    const std::int64_t digit = digits_[i] + carry;
    if (i + 1 == digits_.size()) {
      digits_[i] = digit;
      break;
    }
    digits_[i] = digit & (kDigitBase - 1);
    carry = digit >> kDigitBits;
  }
  if (!digits_.empty() && std::abs(digits_.back()) >= kDigitBase) {
    const std::int64_t digit = digits_.back();
    digits_.back() = digit & (kDigitBase - 1);
    digits_.push_back(digit >> kDigitBits);
  }
}

void ExactSum::Merge(ExactSum other) {
  infinities_ |= other.infinities_;
  if (other.digits_.empty()) return;
  Normalize();
  other.Normalize();
  MakeRoom(other.first_, other.first_ + static_cast<int>(other.digits_.size()));
  for (std::size_t i = 0; i < other.digits_.size(); ++i) {
    digits_[static_cast<std::size_t>(other.first_ - first_) + i] += other.digits_[i];
  }
  additions_ = 1;
}

// The nearest double of a number that is not negative, of digits that are normal.
double ExactSum::Round(const absl::InlinedVector<std::int64_t, 6>& digits, int first) {
  std::size_t top = digits.size();
  while (top > 0 && digits[top - 1] == 0) --top;
  if (top == 0) return 0;
  // The highest 64 bits or more, exactly, and whether anything stands behind them.
  absl::uint128 bits = 0;
  std::size_t next = top;
  for (int taken = 0; taken < 3 && next > 0; ++taken) {
    bits = bits << kDigitBits | absl::uint128(static_cast<std::uint64_t>(digits[--next]));
  }
  bool more = false;
  for (std::size_t i = 0; i < next; ++i) more |= digits[i] != 0;
  int position = (first + static_cast<int>(next)) * kDigitBits;
  const std::uint64_t high = absl::Uint128High64(bits);
  const int width = high != 0
                        ? 64 + static_cast<int>(std::bit_width(high))
                        : static_cast<int>(std::bit_width(absl::Uint128Low64(bits)));
  const int dropped = width - (kMantissaBits + 1);
  if (dropped > 0) {
    const absl::uint128 rest = bits & ((absl::uint128(1) << dropped) - 1);
    const absl::uint128 half = absl::uint128(1) << (dropped - 1);
    bits >>= dropped;
    position += dropped;
    const bool odd = (absl::Uint128Low64(bits) & 1) != 0;
    if (rest > half || (rest == half && (more || odd))) bits += 1;
  }
  return std::ldexp(static_cast<double>(absl::Uint128Low64(bits)), position + kSmallestExponent);
}

double ExactSum::Result() const {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (infinities_ == 3) return std::numeric_limits<double>::quiet_NaN();
  if (infinities_ != 0) return infinities_ == 1 ? kInfinity : -kInfinity;
  ExactSum sum = *this;
  sum.Normalize();
  const bool negative = !sum.digits_.empty() && sum.digits_.back() < 0;
  if (negative) {
    for (std::int64_t& digit : sum.digits_) digit = -digit;
    sum.Normalize();
  }
  const double magnitude = Round(sum.digits_, sum.first_);
  return negative ? -magnitude : magnitude;
}

}  // namespace linedb::engine
