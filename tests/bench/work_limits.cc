#include "tests/bench/works.h"

namespace bench {

void WorkLimits(Bench* bench) {
  bench->limits = MeasureLimits(bench->options.directory);
  const Limits& limits = bench->limits;
  bench->results.Add("the machine: memcpy", "GB/s", Better::kMore, "machine",
                     limits.copy_bytes_per_second / 1e9);
  bench->results.Add("the machine: write into the page cache", "GB/s", Better::kMore, "machine",
                     limits.write_bytes_per_second / 1e9);
  bench->results.Add("the machine: dependent random read", "ns", Better::kLess, "machine",
                     limits.random_read_seconds * 1e9);
}

}  // namespace bench
