#include "tests/bench/stopwatch.h"

#include <time.h>

namespace bench {
namespace {

clockid_t clock_used = CLOCK_MONOTONIC;

}  // namespace

void Stopwatch::UseProcessorTime() { clock_used = CLOCK_PROCESS_CPUTIME_ID; }

double Stopwatch::Now() {
  timespec now = {};
  clock_gettime(clock_used, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

}  // namespace bench
