#include <time.h>

#include <latch>
#include <thread>

#include "tests/bench/works.h"

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

double InsertByThreads(std::span<const Student> rows, int threads, const InsertPart& insert) {
  std::latch start(threads + 1);
  std::vector<std::thread> running;
  const std::size_t share = rows.size() / static_cast<std::size_t>(threads);
  for (int i = 0; i < threads; ++i) {
    const std::size_t first = static_cast<std::size_t>(i) * share;
    const auto part = rows.subspan(first, i + 1 < threads ? share : rows.size() - first);
    running.emplace_back([&start, &insert, part, i] {
      start.arrive_and_wait();
      insert(i, part);
    });
  }
  Stopwatch watch;
  watch.Time([&] {
    start.arrive_and_wait();
    for (std::thread& thread : running) thread.join();
  });
  return watch.seconds();
}

}  // namespace bench
