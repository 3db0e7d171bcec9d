// A stretch of a column in memory. linedb/columnar.h is the way in.

#ifndef LINEDB_COLUMN_BATCH_H_
#define LINEDB_COLUMN_BATCH_H_

#include <array>
#include <bit>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>

#include "absl/numeric/int128.h"
#include "linedb/field_types.h"
#include "linedb/value.h"

namespace linedb {

// A value of a bytes column.
using BytesView = std::span<const std::byte>;

// What SumWhere found. The sum of integers is exact; that of floats is taken in another order than
// that of the rows.
template <class Element>
struct ColumnSum {
  std::conditional_t<std::same_as<Element, double>, double, absl::int128> sum = 0;
  std::uint64_t count = 0;
};

namespace engine {

// Which rows of a batch there are: `live` has a bit for each, LSB first, zeros behind the last;
// null: all are.
struct BatchRows {
  std::size_t rows = 0;
  std::size_t live_rows = 0;
  const std::uint64_t* live = nullptr;
};
// A column's arrays: see ColumnBatch. `validity` is null if no value is.
struct BatchColumn {
  const void* values = nullptr;
  const char* bytes = nullptr;
  const std::uint64_t* validity = nullptr;
};

template <Type kType>
struct ElementOfType {
  static_assert(kType != Type::kJson, "linedb: a member stored as json has no array in memory");
};
template <>
struct ElementOfType<Type::kInt> {
  using type = std::int64_t;
};
template <>
struct ElementOfType<Type::kFloat> {
  using type = double;
};
template <>
struct ElementOfType<Type::kBool> {
  using type = bool;
};
template <>
struct ElementOfType<Type::kString> {
  using type = std::string_view;
};
template <>
struct ElementOfType<Type::kBytes> {
  using type = BytesView;
};
template <>
struct ElementOfType<Type::kTimestamp> {
  using type = Timestamp;
};
template <>
struct ElementOfType<Type::kDate> {
  using type = std::chrono::year_month_day;
};

// What a member's column gives: of a std::optional the same as of what is in it.
template <class Member>
using ElementOf = typename ElementOfType<schema::MemberCodec<Member>::kType>::type;

template <class Element>
inline constexpr bool kIsTextElement =
    std::same_as<Element, std::string_view> || std::same_as<Element, BytesView>;

// What stands in the array of values, one for each row: of text its beginning in bytes(), with one
// more for the last one's end; of bool a bit.
template <class Element>
using StoredOf = std::conditional_t<
    std::same_as<Element, Timestamp>, std::int64_t,
    std::conditional_t<
        std::same_as<Element, std::chrono::year_month_day> || kIsTextElement<Element>, std::int32_t,
        std::conditional_t<std::same_as<Element, bool>, std::uint64_t, Element>>>;

}  // namespace engine

// Some tens of thousands of rows of a column, in file order, superseded ones among them. Valid as
// long as its view. Any thread.
template <class Element>
class ColumnBatch {
 public:
  using Stored = engine::StoredOf<Element>;

  ColumnBatch(const engine::BatchRows& rows, const engine::BatchColumn& column)
      : rows_(rows), column_(column) {}

  // Rows, those that do not count included.
  std::size_t size() const { return rows_.rows; }
  // Rows that are records, nulls included.
  std::size_t live_size() const { return rows_.live_rows; }
  // Whether every row is a record and its value not null: no mask is needed.
  bool is_dense() const { return rows_.live == nullptr && column_.validity == nullptr; }

  // Masks, a bit for each row, LSB first; null: all bits are set.
  const std::uint64_t* live() const { return rows_.live; }
  const std::uint64_t* validity() const { return column_.validity; }
  // Both, of the 64 rows from 64 * word on: rows that are records and have a value. Bits behind the
  // last row are zero.
  std::uint64_t SelectedWord(std::size_t word) const {
    const std::size_t left = size() - 64 * word;
    std::uint64_t bits = left < 64 ? (std::uint64_t{1} << left) - 1 : ~std::uint64_t{0};
    if (rows_.live != nullptr) bits &= rows_.live[word];
    if (column_.validity != nullptr) bits &= column_.validity[word];
    return bits;
  }
  std::size_t word_count() const { return (size() + 63) / 64; }
  // Whether row `row` is a record, and whether it has a value.
  bool IsLive(std::size_t row) const { return IsSet(rows_.live, row); }
  bool IsValid(std::size_t row) const { return IsSet(column_.validity, row); }

  // The array, size() values: numbers, microseconds since 1970 in UTC of a timestamp, days since
  // 1970 of a date. Rows that do not count have one, too: a null is 0.
  std::span<const Stored> values() const
      requires(!engine::kIsTextElement<Element> && !std::same_as<Element, bool>) {
    return {stored(), size()};
  }
  // Of a bool: a bit for each row, LSB first; what is behind the last row is unspecified.
  std::span<const std::uint64_t> words() const requires std::same_as<Element, bool> {
    return {stored(), word_count()};
  }
  // Of text: where each row's begins in bytes(), size() + 1 of them.
  std::span<const std::int32_t> offsets() const requires engine::kIsTextElement<Element> {
    return {stored(), size() + 1};
  }
  const char* bytes() const requires engine::kIsTextElement<Element> { return column_.bytes; }

  // Row `row`'s value, whether or not it counts; null is 0, or an empty text.
  Element operator[](std::size_t row) const {
    if constexpr (std::same_as<Element, bool>) {
      return (stored()[row / 64] >> (row % 64) & 1) != 0;
    } else if constexpr (engine::kIsTextElement<Element>) {
      const char* begin = column_.bytes + stored()[row];
      const auto length = static_cast<std::size_t>(stored()[row + 1] - stored()[row]);
      if constexpr (std::same_as<Element, BytesView>) {
        return {reinterpret_cast<const std::byte*>(begin), length};
      } else {
        return {begin, length};
      }
    } else if constexpr (std::same_as<Element, Timestamp>) {
      return Timestamp(std::chrono::microseconds(stored()[row]));
    } else if constexpr (std::same_as<Element, std::chrono::year_month_day>) {
      return std::chrono::sys_days(std::chrono::days(stored()[row]));
    } else {
      return stored()[row];
    }
  }

  // Calls `visit(row)` with the number of each row that is a record and has a value, in order.
  template <class Visit>
  void ForEachRow(Visit&& visit) const {
    for (std::size_t word = 0; word < word_count(); ++word) {
      for (std::uint64_t bits = SelectedWord(word); bits != 0; bits &= bits - 1) {
        visit(word * 64 + static_cast<std::size_t>(std::countr_zero(bits)));
      }
    }
  }
  // Calls `visit(value)` for the same rows.
  template <class Visit>
  void ForEach(Visit&& visit) const {
    if (is_dense()) {
      for (std::size_t row = 0; row < size(); ++row) visit((*this)[row]);
    } else {
      ForEachRow([&](std::size_t row) { visit((*this)[row]); });
    }
  }

 private:
  static bool IsSet(const std::uint64_t* mask, std::size_t row) {
    return mask == nullptr || (mask[row / 64] >> (row % 64) & 1) != 0;
  }
  const Stored* stored() const { return static_cast<const Stored*>(column_.values); }

  engine::BatchRows rows_;
  engine::BatchColumn column_;
};

namespace engine {

// Sums that the compiler can keep in vector registers: row i goes to sum i % kSumLanes. Whether a
// value counts is a mask, all ones or zero, and no condition, which would become a branch.
inline constexpr std::size_t kSumLanes = 8;

template <class Element>
struct SumLanes;

template <>
struct SumLanes<double> {
  std::array<double, kSumLanes> sums = {};
  std::array<std::int64_t, kSumLanes> counts = {};

  void Add(std::size_t lane, double value, std::int64_t mask) {
    sums[lane] += std::bit_cast<double>(std::bit_cast<std::int64_t>(value) & mask);
    counts[lane] -= mask;
  }
  ColumnSum<double> Total() const {
    ColumnSum<double> total;
    for (std::size_t lane = 0; lane < kSumLanes; ++lane) {
      total.sum += sums[lane];
      total.count += static_cast<std::uint64_t>(counts[lane]);
    }
    return total;
  }
};

// The halves of each number are summed for themselves, so that nothing overflows: a batch has fewer
// than 2^32 rows. Numbers are shifted to be not negative.
template <>
struct SumLanes<std::int64_t> {
  static constexpr std::uint64_t kSign = std::uint64_t{1} << 63;
  std::array<std::uint64_t, kSumLanes> low = {};
  std::array<std::uint64_t, kSumLanes> high = {};
  std::array<std::uint64_t, kSumLanes> counts = {};

  void Add(std::size_t lane, std::int64_t value, std::int64_t mask) {
    const std::uint64_t shifted =
        (static_cast<std::uint64_t>(value) ^ kSign) & static_cast<std::uint64_t>(mask);
    low[lane] += shifted & 0xffffffffU;
    high[lane] += shifted >> 32;
    counts[lane] -= static_cast<std::uint64_t>(mask);
  }
  ColumnSum<std::int64_t> Total() const {
    ColumnSum<std::int64_t> total;
    for (std::size_t lane = 0; lane < kSumLanes; ++lane) {
      total.sum += (absl::int128(high[lane]) << 32) + absl::int128(low[lane]) -
                   (absl::int128(counts[lane]) << 63);
      total.count += counts[lane];
    }
    return total;
  }
};

// SumWhere of one batch.
template <class Where, class First, class... Rest>
ColumnSum<First> SumBatchWhere(const Where& where, const ColumnBatch<First>& first,
                               const ColumnBatch<Rest>&... rest) {
  static_assert(std::same_as<First, double> || std::same_as<First, std::int64_t>,
                "linedb: SumWhere sums the first column, which must be an int or a float one");
  SumLanes<First> lanes;
  const auto add = [&](std::size_t lane, std::size_t row) {
    const bool in = where(first[row], rest[row]...);
    lanes.Add(lane, first[row], -static_cast<std::int64_t>(in));
  };
  const bool dense = (first.is_dense() && ... && rest.is_dense());
  const std::size_t words_full = first.size() / 64;
  for (std::size_t word = 0; word < first.word_count(); ++word) {
    std::uint64_t bits = ~std::uint64_t{0};
    if (!dense || word == words_full)
      bits = (first.SelectedWord(word) & ... & rest.SelectedWord(word));
    if (bits == ~std::uint64_t{0}) {
      for (std::size_t row = word * 64; row < word * 64 + 64; row += kSumLanes) {
        for (std::size_t lane = 0; lane < kSumLanes; ++lane) add(lane, row + lane);
      }
      continue;
    }
    for (; bits != 0; bits &= bits - 1) {
      add(0, word * 64 + static_cast<std::size_t>(std::countr_zero(bits)));
    }
  }
  return lanes.Total();
}

}  // namespace engine
}  // namespace linedb

#endif  // LINEDB_COLUMN_BATCH_H_
