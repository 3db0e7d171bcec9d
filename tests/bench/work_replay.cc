// A log that holds everything: opening reads it, and its table is empty. Less the time that opening
// takes when there is nothing to replay.

#include <signal.h>

#include <cstdio>

#include "linedb/database.h"
#include "tests/bench/child.h"
#include "tests/bench/linedb_status.h"
#include "tests/bench/works.h"

namespace bench {
namespace {

constexpr std::int64_t kRowsPerTransaction = 1'000;

linedb::Options Unattended() {
  linedb::Options options;
  options.maintenance = linedb::Maintenance::kManual;
  return options;
}

double MillisecondsToOpen(const std::string& directory, std::int64_t rows) {
  Stopwatch watch;
  std::unique_ptr<linedb::Database> database =
      watch.Time([&] { return ValueOf(linedb::Database::Open(directory, Unattended())); });
  const auto students = ValueOf(database->OpenTable<Student>());
  if (static_cast<std::int64_t>(students.size()) != rows) Fail("linedb: replay lost rows");
  if (rows > 0) {
    const Student last = ValueOf(students.Get(rows / 2));
    if (Digest(last) != Digest(MakeStudent(rows / 2, 1))) Fail("linedb: replay lost an update");
  }
  return watch.seconds() * 1000;
}

}  // namespace

// Half of the operations insert, half update what was inserted.
void RunReplayChild(const ChildOptions& options) {
  const auto database = ValueOf(linedb::Database::Open(options.directory, Unattended()));
  const auto students = ValueOf(database->OpenTable<Student>());
  for (std::int64_t i = 0; i < 2 * options.rows; i += kRowsPerTransaction) {
    auto transaction = ValueOf(database->Begin(linedb::Durability::kProcess));
    for (std::int64_t j = i; j < i + kRowsPerTransaction; ++j) {
      const std::int64_t id = 1 + j % options.rows;
      const std::uint64_t version = j < options.rows ? 0 : 1;
      RequireOk(students.Upsert(transaction, MakeStudent(id, version)).status());
    }
    RequireOk(transaction.Commit());
  }
  std::printf("%f\n", static_cast<double>(database->Stats().log_bytes) / 1e6);
  std::fflush(stdout);
  raise(SIGKILL);
}

void WorkReplay(Bench* bench) {
  if (!bench->options.Wants("replay")) return;
  const std::string directory = bench->options.directory + "/replay";
  EmptyDirectory(directory);
  MillisecondsToOpen(directory, 0);  // makes the table
  const double without = MillisecondsToOpen(directory, 0);
  const std::int64_t rows = bench->options.rows / 4 / kRowsPerTransaction * kRowsPerTransaction;
  const std::vector<double> megabytes =
      RunChild({"replay", "linedb", directory, rows}, ChildEnd::kKilled);
  if (megabytes.size() != 1) Fail("the child process printed too little");
  const double seconds = (MillisecondsToOpen(directory, rows) - without) / 1000;
  bench->results.Add(kWorkReplay, "MB/s", Better::kMore, "linedb", megabytes[0] / seconds);
  EmptyDirectory(directory);
}

}  // namespace bench
