// linedb beside SQLite, in turns within one run: ./dev bench.

#include <sqlite3.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "tests/bench/works.h"

namespace bench {

void Fail(const std::string& message) {
  std::fprintf(stderr, "linedb_bench: %s\n", message.c_str());
  std::exit(1);
}

namespace {

const std::vector<std::string> kWorks = {"load",   "key",     "email", "scan", "rows",
                                         "commit", "threads", "pause", "open", "memory"};

Results RunAll(const BenchOptions& options) {
  Bench bench;
  bench.options = options;
  for (auto make : {MakeLinedb, MakeSqlite}) {
    Side side{make(), ""};
    side.directory = options.directory + "/" + side.contender->name();
    bench.sides.push_back(std::move(side));
  }
  EmptyDirectory(options.directory);
  WorkMemory(&bench);
  for (bench.round = 0; bench.round < options.rounds; ++bench.round) {
    std::fprintf(stderr, "round %d of %d\n", bench.round + 1, options.rounds);
    if (bench.round == 0 || options.Wants("load")) WorkLoad(&bench);
    WorkLookup(&bench);
    WorkScan(&bench);
    WorkCommit(&bench);
    WorkThreads(&bench);
    WorkPause(&bench);
    WorkOpen(&bench);
  }
  for (Side& side : bench.sides) {
    if (bench.row_count > 0) side.contender->Close();
  }
  return bench.results;
}

void Report(const BenchOptions& options, const Results& results) {
  std::printf("%lld rows, %d rounds, %u cores, SQLite %s, %s: median (least..most)\n\n%s",
              static_cast<long long>(options.rows), options.rounds,
              std::thread::hardware_concurrency(), sqlite3_libversion(),
              options.processor_time ? "processor time" : "time passed", results.Table().c_str());
  const std::string path =
      options.json_path.empty() ? options.directory + "/bench.json" : options.json_path;
  std::ofstream json(path);
  json << results.Json({{"rows", std::to_string(options.rows)},
                        {"rounds", std::to_string(options.rounds)},
                        {"clock", options.processor_time ? "\"processor\"" : "\"passed\""},
                        {"cores", std::to_string(std::thread::hardware_concurrency())},
                        {"sqlite", "\"" + std::string(sqlite3_libversion()) + "\""}});
  if (!json.flush()) Fail("cannot write " + path);
  std::printf("\nwritten: %s\n", path.c_str());
}

int Main(int argc, char** argv) {
  BenchOptions options;
  std::string memory_child;
  CLI::App app{"linedb beside SQLite, in turns within one run"};
  app.add_option("--rows", options.rows, "rows to load")->check(CLI::Range(1'000, 10'000'000));
  app.add_option("--rounds", options.rounds, "how often all is repeated")->check(CLI::Range(1, 99));
  app.add_option("--commits", options.commits, "durable single commits in each round");
  app.add_option("--dir", options.directory, "folder to work in; it is emptied");
  app.add_option("--json", options.json_path, "where to write the figures (DIR/bench.json)");
  app.add_option("--only", options.only, "works to run")
      ->delimiter(',')
      ->check(CLI::IsMember(kWorks));
  app.add_flag("--cpu", options.processor_time, "processor time instead of time passed");
  app.add_option("--memory-child", memory_child)->group("");  // for itself
  CLI11_PARSE(app, argc, argv);
  if (!memory_child.empty()) {
    RunMemoryChild(options, memory_child);
    return 0;
  }
  if (options.processor_time) Stopwatch::UseProcessorTime();
  Report(options, RunAll(options));
  return 0;
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) { return bench::Main(argc, argv); }
