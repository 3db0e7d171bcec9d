// A sum of floats that does not depend on their order.

#ifndef LINEDB_ENGINE_QUERY_EXACT_SUM_H_
#define LINEDB_ENGINE_QUERY_EXACT_SUM_H_

#include <cstddef>
#include <cstdint>

#include "absl/container/inlined_vector.h"
#include "absl/numeric/int128.h"

namespace linedb::engine {

// However a query is run, in whatever order it meets the rows, and however many threads share them,
// its sums are to be the same. So no bit is lost until the end: the sum is an integer, in units of
// the smallest double, of which the digits between the largest and the smallest one used are kept.
//
//   value   = mantissa * 2^position, counted from the smallest double's bit
//   digits_   of 32 bits, in 64: the carry is propagated once in 2^30 additions
//
// One thread.
class ExactSum {
 public:
  // Infinities are counted apart; NaN must not come.
  void Add(double value);
  void AddInteger(absl::int128 value);
  void Merge(ExactSum other);

  // The nearest double, ties to even; an infinity if it is too large. NaN of both infinities.
  double Result() const;

 private:
  void AddBits(absl::uint128 bits, int digit, bool negative);
  void MakeRoom(int first, int last);
  void Normalize();
  static double Round(const absl::InlinedVector<std::int64_t, 6>& digits, int first);

  absl::InlinedVector<std::int64_t, 6> digits_;
  int first_ = 0;  // the place of digits_[0]
  std::uint32_t additions_ = 0;
  std::uint32_t infinities_ = 0;  // bit 0: positive ones, bit 1: negative ones
};

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_QUERY_EXACT_SUM_H_
