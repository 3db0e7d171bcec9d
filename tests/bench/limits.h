// What the machine can do at most, measured in the same run.

#ifndef LINEDB_TESTS_BENCH_LIMITS_H_
#define LINEDB_TESTS_BENCH_LIMITS_H_

#include <string>

namespace bench {

struct Limits {
  double copy_bytes_per_second = 0.0;   // memcpy between buffers larger than any cache
  double write_bytes_per_second = 0.0;  // write into the page cache, 1 MiB at a time
  double random_read_seconds = 0.0;     // a read whose address the one before it tells
};

// Takes about a second, and a file in `directory` that it removes.
Limits MeasureLimits(const std::string& directory);

}  // namespace bench

#endif  // LINEDB_TESTS_BENCH_LIMITS_H_
