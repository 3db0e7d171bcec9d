// Where the records of an import came from.

#ifndef LINEDB_ENGINE_EXCHANGE_RECORD_ORIGINS_H_
#define LINEDB_ENGINE_EXCHANGE_RECORD_ORIGINS_H_

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/hash/hash.h"

namespace linedb::engine {

// Where in the input the records of the open transaction came from, by their lines in the table.
// While nobody asks it costs two numbers a record. One thread.
class RecordOrigins {
 public:
  static std::size_t HashOf(std::string_view line) { return absl::HashOf(line); }

  void Add(std::size_t hash, std::uint64_t number) {
    if (asked_) {
      by_hash_[hash] = number;
    } else {
      added_.emplace_back(hash, number);
    }
  }

  // 0 if it came from elsewhere.
  std::uint64_t Find(std::string_view line) {
    asked_ = true;
    for (const auto& [hash, number] : added_) by_hash_[hash] = number;
    added_.clear();
    const auto found = by_hash_.find(HashOf(line));
    return found == by_hash_.end() ? 0 : found->second;
  }

  void Clear() {
    added_.clear();
    by_hash_.clear();
  }

 private:
  bool asked_ = false;
  std::vector<std::pair<std::size_t, std::uint64_t>> added_;
  std::unordered_map<std::size_t, std::uint64_t> by_hash_;
};

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_EXCHANGE_RECORD_ORIGINS_H_
