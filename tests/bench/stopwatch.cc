#include "tests/bench/stopwatch.h"

#include <sys/resource.h>
#include <time.h>

namespace bench {
namespace {

clockid_t clock_used = CLOCK_MONOTONIC;

double ChildrenSeconds() {
  rusage children = {};
  getrusage(RUSAGE_CHILDREN, &children);
  return static_cast<double>(children.ru_utime.tv_sec + children.ru_stime.tv_sec) +
         static_cast<double>(children.ru_utime.tv_usec + children.ru_stime.tv_usec) * 1e-6;
}

}  // namespace

void Stopwatch::UseProcessorTime() { clock_used = CLOCK_PROCESS_CPUTIME_ID; }

double Stopwatch::Now() {
  timespec now = {};
  clock_gettime(clock_used, &now);
  const double own = static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
  return clock_used == CLOCK_MONOTONIC ? own : own + ChildrenSeconds();
}

}  // namespace bench
