// Which parts of a file have been compared with their checksums.

#ifndef LINEDB_ENGINE_STORAGE_COMPARED_FLAGS_H_
#define LINEDB_ENGINE_STORAGE_COMPARED_FLAGS_H_

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>

namespace linedb::engine {

// One byte for each part, all clear at first; parts that are never asked for cost nothing, since
// the system hands out zeroed memory by the page. Has and Set: any thread; Resize: alone.
class ComparedFlags {
 public:
  ComparedFlags() = default;
  explicit ComparedFlags(std::uint64_t count) { Resize(count); }

  // Keeps what is known of the first parts; the others are clear.
  void Resize(std::uint64_t count) {
    if (count > capacity_) {
      const std::uint64_t capacity = std::max(count, 2 * capacity_);
      Bytes larger(static_cast<std::uint8_t*>(std::calloc(capacity, 1)));
      if (larger == nullptr) throw std::bad_alloc();
      if (count_ > 0) std::copy_n(bytes_.get(), count_, larger.get());
      bytes_ = std::move(larger);
      capacity_ = capacity;
    } else if (count < count_) {
      std::fill_n(bytes_.get() + count, count_ - count, std::uint8_t{0});
    }
    count_ = count;
  }
  std::uint64_t size() const { return count_; }

  bool Has(std::uint64_t part) const {
    return std::atomic_ref<std::uint8_t>(bytes_.get()[part]).load(std::memory_order_relaxed) != 0;
  }
  void Set(std::uint64_t part) const {
    std::atomic_ref<std::uint8_t>(bytes_.get()[part]).store(1, std::memory_order_relaxed);
  }

 private:
  struct Free {
    void operator()(std::uint8_t* bytes) const { std::free(bytes); }
  };
  using Bytes = std::unique_ptr<std::uint8_t[], Free>;

  Bytes bytes_;
  std::uint64_t count_ = 0;
  std::uint64_t capacity_ = 0;
};

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_STORAGE_COMPARED_FLAGS_H_
