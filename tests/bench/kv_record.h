// What the key-value stores have in common: a student as a compact binary record under its id, and
// the id once more under the e-mail; and how the two keys are checked without a lock on the whole.

#ifndef LINEDB_TESTS_BENCH_KV_RECORD_H_
#define LINEDB_TESTS_BENCH_KV_RECORD_H_

#include <array>
#include <cstdint>
#include <cstring>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "tests/bench/student.h"

namespace bench {

// The id as 8 bytes whose order is the order of the numbers.
class KvKey {
 public:
  explicit KvKey(std::int64_t id);
  std::string_view view() const { return {bytes_.data(), bytes_.size()}; }

 private:
  std::array<char, 8> bytes_;
};

// id, gpa, the lengths of name and e-mail, their bytes.
void EncodeRecord(const Student& row, std::string* record);
void DecodeRecord(std::string_view record, Student* row);
// The column alone, from where it stands.
inline double GpaOfRecord(std::string_view record) {
  double gpa = 0.0;
  std::memcpy(&gpa, record.data() + sizeof(std::int64_t), sizeof gpa);
  return gpa;
}
std::string_view EmailOfRecord(std::string_view record);

// Held from before the keys of a row are looked up until the row is written, so that two threads
// cannot both find an e-mail free. By stripes: threads with different keys do not wait for each
// other, and their writes share a sync.
class KeyLocks {
 public:
  class Held {
   public:
    Held(KeyLocks* locks, std::span<const Student> rows);
    ~Held();
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;

   private:
    std::vector<std::mutex*> held_;
  };

 private:
  std::array<std::mutex, 256> stripes_;
};

// The keys of rows that are written together and so cannot be found in the store yet.
class BatchKeys {
 public:
  // Whether neither key was there before. The row must outlive this.
  bool Add(const Student& row) {
    return ids_.insert(row.id).second && emails_.insert(*row.email).second;
  }

 private:
  absl::flat_hash_set<std::int64_t> ids_;
  absl::flat_hash_set<std::string_view> emails_;
};

}  // namespace bench

#endif  // LINEDB_TESTS_BENCH_KV_RECORD_H_
