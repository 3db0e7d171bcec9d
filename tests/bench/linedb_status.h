// Errors of linedb end the program.

#ifndef LINEDB_TESTS_BENCH_LINEDB_STATUS_H_
#define LINEDB_TESTS_BENCH_LINEDB_STATUS_H_

#include <utility>

#include "absl/status/statusor.h"
#include "tests/bench/contender.h"

namespace bench {

inline void RequireOk(const absl::Status& status) {
  if (!status.ok()) Fail("linedb: " + status.ToString());
}

template <class T>
T ValueOf(absl::StatusOr<T> result) {
  if (!result.ok()) RequireOk(result.status());
  return *std::move(result);
}

}  // namespace bench

#endif  // LINEDB_TESTS_BENCH_LINEDB_STATUS_H_
