// How linedb's figures grow with the rows: --growth.

#ifndef LINEDB_TESTS_BENCH_GROWTH_H_
#define LINEDB_TESTS_BENCH_GROWTH_H_

#include <cstdint>
#include <string>
#include <vector>

namespace bench {

// Measures each number of rows in processes of its own, below `directory`, and prints as it goes.
// Returns JSON: the numbers of rows, and for each figure its unit and as many values.
std::string MeasureGrowth(const std::string& directory, const std::vector<std::int64_t>& rows);

}  // namespace bench

#endif  // LINEDB_TESTS_BENCH_GROWTH_H_
