// YCSB's distributions of keys, as its generators make them (core/.../generator/*.java).

#ifndef LINEDB_TESTS_BENCH_ZIPFIAN_H_
#define LINEDB_TESTS_BENCH_ZIPFIAN_H_

#include <cmath>
#include <cstdint>

namespace bench {

// ZipfianGenerator: ranks from 0, the lowest the most frequent, by the method of Gray et al.,
// "Quickly generating billion-record synthetic databases" (1994).
class Zipfian {
 public:
  static constexpr double kTheta = 0.99;  // YCSB's constant

  explicit Zipfian(std::int64_t items) { Grow(items); }
  // With the known sum, for numbers of items that nobody wants to count to.
  Zipfian(std::int64_t items, double zeta) : items_(items), zeta_(zeta) { SetEta(); }

  void Grow(std::int64_t items) {
    while (items_ < items) zeta_ += 1 / std::pow(static_cast<double>(++items_), kTheta);
    SetEta();
  }

  // `uniform` is from [0, 1).
  std::int64_t Rank(double uniform) const {
    const double scaled = uniform * zeta_;
    if (scaled < 1) return 0;
    if (scaled < 1 + std::pow(0.5, kTheta)) return 1;
    const double share = std::pow(eta_ * uniform - eta_ + 1, 1 / (1 - kTheta));
    return static_cast<std::int64_t>(static_cast<double>(items_) * share);
  }

 private:
  void SetEta() {
    const double zeta_of_two = 1 + std::pow(0.5, kTheta);
    eta_ = (1 - std::pow(2 / static_cast<double>(items_), 1 - kTheta)) / (1 - zeta_of_two / zeta_);
  }

  std::int64_t items_ = 0;
  double zeta_ = 0.0;
  double eta_ = 0.0;
};

// ScrambledZipfianGenerator: the frequent ones are spread over all keys by a hash of the rank, out
// of so many ranks that more keys do not change it.
class ScrambledZipfian {
 public:
  std::int64_t Key(double uniform, std::int64_t keys) const {
    auto rank = static_cast<std::uint64_t>(ranks_.Rank(uniform));
    std::uint64_t hash = 0xCBF29CE484222325U;  // Utils.fnvhash64
    for (int i = 0; i < 8; ++i) {
      hash = (hash ^ (rank & 0xff)) * 1099511628211U;
      rank >>= 8;
    }
    const auto number = std::abs(static_cast<std::int64_t>(hash));
    return 1 + number % keys;
  }

 private:
  Zipfian ranks_{10'000'000'000, 26.46902820178302};
};

}  // namespace bench

#endif  // LINEDB_TESTS_BENCH_ZIPFIAN_H_
