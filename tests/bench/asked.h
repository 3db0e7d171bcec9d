// What linedb is asked to reach, and whether it did.

#ifndef LINEDB_TESTS_BENCH_ASKED_H_
#define LINEDB_TESTS_BENCH_ASKED_H_

#include <string>

#include "tests/bench/results.h"

namespace bench {

// A line for each bound. A bound whose work did not run says so.
std::string AskedTable(const Results& results);

}  // namespace bench

#endif  // LINEDB_TESTS_BENCH_ASKED_H_
