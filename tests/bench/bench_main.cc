// linedb beside SQLite, LMDB, LevelDB and RocksDB, in turns within one run: ./dev bench.

#include <leveldb/db.h>
#include <lmdb.h>
#include <rocksdb/version.h>
#include <sqlite3.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>
#include <thread>

#include "tests/bench/asked.h"
#include "tests/bench/child.h"
#include "tests/bench/growth.h"
#include "tests/bench/works.h"

namespace bench {
namespace {

const std::vector<std::string> kWorks = {
    "load",   "key",    "email", "scan",    "columns", "rows",   "commit", "process", "threads",
    "update", "delete", "ycsb",  "latency", "open",    "memory", "import", "replay",  "query"};

// What the command line asks for.
struct Command {
  BenchOptions options;
  ChildOptions child;
  bool quick = false;
  bool growth = false;
  std::vector<std::int64_t> growth_rows = {10'000, 100'000, 1'000'000, 10'000'000, 30'000'000};
};

void RunRound(Bench* bench) {
  WorkLimits(bench);
  const bool measures_load = bench->options.Wants("load") || bench->options.Wants("open");
  if (bench->round == 0 || measures_load) WorkLoad(bench);
  WorkLookup(bench);
  WorkScan(bench);
  WorkCommit(bench);
  WorkThreads(bench);
  WorkChange(bench);
  WorkYcsb(bench);
  WorkOpen(bench);
  WorkImport(bench);
  WorkReplay(bench);
  WorkQuery(bench);
  WorkLatency(bench);
}

Results RunAll(const BenchOptions& options) {
  Bench bench;
  bench.options = options;
  for (const std::string_view name : kSideNames) {
    const auto& wanted = options.sides;
    if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), name) == wanted.end()) continue;
    bench.sides.push_back({MakeContender(name), options.directory + "/" + std::string(name)});
  }
  EmptyDirectory(options.directory);
  WorkMemory(&bench);
  for (bench.round = 0; bench.round < options.rounds; ++bench.round) {
    std::fprintf(stderr, "round %d of %d\n", bench.round + 1, options.rounds);
    RunRound(&bench);
  }
  for (Side& side : bench.sides) side.contender->Close();
  WorkOpenLarge(&bench);
  return bench.results;
}

std::string Versions() {
  return std::string("SQLite ") + sqlite3_libversion() + ", LMDB " +
         std::to_string(MDB_VERSION_MAJOR) + "." + std::to_string(MDB_VERSION_MINOR) + "." +
         std::to_string(MDB_VERSION_PATCH) + ", LevelDB " + std::to_string(leveldb::kMajorVersion) +
         "." + std::to_string(leveldb::kMinorVersion) + ", RocksDB " +
         std::to_string(ROCKSDB_MAJOR) + "." + std::to_string(ROCKSDB_MINOR) + "." +
         std::to_string(ROCKSDB_PATCH);
}

void WriteFile(const std::string& path, const std::string& text) {
  std::ofstream file(path);
  file << text;
  if (!file.flush()) Fail("cannot write " + path);
  std::printf("\nwritten: %s\n", path.c_str());
}

void Report(const BenchOptions& options, const Results& results) {
  std::printf("%lld rows, %d rounds, %u cores, %s, %s: median (least..most)\n\n%s\n%s",
              static_cast<long long>(options.rows), options.rounds,
              std::thread::hardware_concurrency(), Versions().c_str(),
              options.processor_time ? "processor time" : "time passed", results.Table().c_str(),
              AskedTable(results).c_str());
  WriteFile(options.json_path.empty() ? options.directory + "/bench.json" : options.json_path,
            results.Json({{"rows", std::to_string(options.rows)},
                          {"rounds", std::to_string(options.rounds)},
                          {"clock", options.processor_time ? "\"processor\"" : "\"passed\""},
                          {"cores", std::to_string(std::thread::hardware_concurrency())},
                          {"peers", "\"" + Versions() + "\""}}));
}

void AddOptions(CLI::App* app, Command* command) {
  BenchOptions& options = command->options;
  const CLI::Range rows_range(1'000, 30'000'000);
  app->add_option("--rows", options.rows, "rows to load")->check(rows_range);
  app->add_option("--rounds", options.rounds, "how often all is repeated")
      ->check(CLI::Range(1, 99));
  app->add_option("--commits", options.commits, "durable single commits in each round");
  app->add_option("--open-rows", options.open_rows,
                  "measures opening with so many rows, too (20000000 if none are named)")
      ->expected(0, 1)
      ->default_str("20000000");
  app->add_option("--dir", options.directory, "folder to work in; it is emptied");
  app->add_option("--json", options.json_path, "where to write the figures (DIR/bench.json)");
  app->add_option("--only", options.only, "works to run")
      ->delimiter(',')
      ->check(CLI::IsMember(kWorks));
  app->add_option("--sides", options.sides, "who takes part; linedb is what others compare with")
      ->delimiter(',')
      ->check(
          CLI::IsMember(std::vector<std::string>(std::begin(kSideNames), std::end(kSideNames))));
  app->add_flag("--cpu", options.processor_time, "processor time instead of time passed");
  app->add_flag("--quick", command->quick, "everything once, with 20000 rows: whether it runs");
  app->add_flag("--growth", command->growth, "linedb alone, with more and more rows");
  app->add_option("--growth-rows", command->growth_rows, "the numbers of rows of --growth")
      ->delimiter(',')
      ->check(rows_range);
  // For itself.
  app->add_option("--child", command->child.task)->group("");
  app->add_option("--child-side", command->child.side)->group("");
}

int Main(int argc, char** argv) {
  Command command;
  BenchOptions& options = command.options;
  CLI::App app{"linedb beside SQLite, LMDB, LevelDB and RocksDB, in turns within one run"};
  AddOptions(&app, &command);
  CLI11_PARSE(app, argc, argv);
  if (!command.child.task.empty()) {
    command.child.rows = options.rows;
    command.child.directory = options.directory;
    ChildMain(command.child);
    return 0;
  }
  if (command.quick) {
    options.rows = 20'000;
    options.rounds = 1;
    options.commits = 200;
    options.open_rows = 40'000;
  }
  if (options.processor_time) Stopwatch::UseProcessorTime();
  if (command.growth) {
    EmptyDirectory(options.directory);
    const std::string json = MeasureGrowth(options.directory, command.growth_rows);
    WriteFile(options.json_path.empty() ? options.directory + "/growth.json" : options.json_path,
              json);
    return 0;
  }
  Report(options, RunAll(options));
  return 0;
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) { return bench::Main(argc, argv); }
