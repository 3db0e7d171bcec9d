#include "tests/bench/contender.h"

#include <cstdio>
#include <cstdlib>
#include <latch>
#include <thread>
#include <vector>

#include "tests/bench/stopwatch.h"

namespace bench {

void Fail(const std::string& message) {
  std::fprintf(stderr, "linedb_bench: %s\n", message.c_str());
  std::_Exit(1);  // destructors would wait for threads that are at work
}

std::unique_ptr<Contender> MakeContender(std::string_view name) {
  if (name == "linedb") return MakeLinedb();
  if (name == "json") return MakeLinedbJson();
  if (name == "sqlite") return MakeSqlite();
  if (name == "lmdb") return MakeLmdb();
  if (name == "leveldb") return MakeLeveldb();
  if (name == "rocksdb") return MakeRocksdb();
  Fail("no side is named " + std::string(name));
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
