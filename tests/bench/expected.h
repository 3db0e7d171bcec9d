// What every side's table holds: the rows as they were written, so that answers can be compared.

#ifndef LINEDB_TESTS_BENCH_EXPECTED_H_
#define LINEDB_TESTS_BENCH_EXPECTED_H_

#include <cstdint>
#include <vector>

#include "tests/bench/student.h"

namespace bench {

// Keys 1 to row_count(), each in its version.
class Expected {
 public:
  void Reset(std::int64_t rows) { versions_.assign(static_cast<std::size_t>(rows), 0); }

  std::int64_t row_count() const { return static_cast<std::int64_t>(versions_.size()); }
  Student Row(std::int64_t id) const { return MakeStudent(id, VersionOf(id)); }
  double Gpa(std::int64_t id) const { return MakeGpa(id, VersionOf(id)); }

  // The row with another gpa than now, to be written by every side.
  Student Change(std::int64_t id) {
    ++versions_[static_cast<std::size_t>(id - 1)];
    return Row(id);
  }
  // So many new rows behind the others, to be written by every side.
  std::vector<Student> Append(std::int64_t count) {
    std::vector<Student> rows;
    for (std::int64_t i = 0; i < count; ++i) {
      versions_.push_back(0);
      rows.push_back(Row(row_count()));
    }
    return rows;
  }

 private:
  std::uint8_t VersionOf(std::int64_t id) const {
    return versions_[static_cast<std::size_t>(id - 1)];
  }

  std::vector<std::uint8_t> versions_;
};

}  // namespace bench

#endif  // LINEDB_TESTS_BENCH_EXPECTED_H_
