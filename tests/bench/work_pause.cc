#include <atomic>
#include <chrono>
#include <functional>
#include <optional>
#include <thread>

#include "linedb/database.h"
#include "tests/bench/bare_log.h"
#include "tests/bench/works.h"

namespace bench {
namespace {

constexpr std::int64_t kRowsTogether = 10'000;

void RequireOk(const absl::Status& status) {
  if (!status.ok()) Fail("linedb: " + status.ToString());
}

// Does `step` over and over on a thread of its own, and keeps the longest time it took.
class LongestOf {
 public:
  explicit LongestOf(std::function<void()> step)
      : thread_([this, step = std::move(step)] {
          while (!stop_) {
            Stopwatch watch;
            watch.Time(step);
            longest_ = std::max(longest_, watch.seconds());
            ++count_;
          }
        }) {
    while (count_ < 3) std::this_thread::yield();
  }
  double StopAndTell() {
    stop_ = true;
    thread_.join();
    return longest_ * 1000;
  }

 private:
  std::atomic<bool> stop_ = false;
  std::atomic<int> count_ = 0;
  double longest_ = 0.0;
  std::thread thread_;
};

class PausedTable {
 public:
  PausedTable(Bench* bench, std::string directory)
      : bench_(*bench), directory_(std::move(directory)) {}

  // With as many rows as the benchmark has, half of them changed once.
  void Fill() {
    EmptyDirectory(directory_);
    Open(/*compaction_share_min=*/1.0);
    const std::int64_t rows = bench_.options.rows;
    for (std::int64_t id = 1; id <= rows + rows / 2; id += kRowsTogether) {
      linedb::WriteTransaction transaction = *database_->Begin();
      for (std::int64_t i = id; i < id + kRowsTogether; ++i) {
        Student row = MakeStudent(i <= rows ? i : 2 * (i - rows));
        if (i > rows) row.gpa += 0.01;
        RequireOk(students_->Upsert(transaction, row).status());
      }
      RequireOk(transaction.Commit());
    }
    next_ = 2 * rows;
  }

  void Open(double compaction_share_min) {
    students_.reset();
    database_.reset();
    linedb::Options options;
    options.maintenance = linedb::Maintenance::kManual;
    options.compaction_bytes_small = 0;
    options.compaction_share_min = compaction_share_min;
    auto opened = linedb::Database::Open(directory_, options);
    RequireOk(opened.status());
    database_ = *std::move(opened);
    students_ = *database_->OpenTable<Student>();
  }

  // The longest commit while a checkpoint runs, beside the longest sync of another file.
  void Measure(const std::string& work, bool compacts) {
    const BareLog bare(bench_.options.directory + "/bare.log");
    LongestOf sync([&bare] { bare.Append(std::string(300, 'x')); });
    LongestOf commit([this] { RequireOk(students_->Insert(MakeStudent(++next_)).status()); });
    const auto report = database_->Checkpoint();
    RequireOk(report.status());
    const double commit_longest = commit.StopAndTell();
    const double sync_longest = sync.StopAndTell();
    if (compacts != !report->tables_compacted.empty()) Fail("compacted, or not, unexpectedly");
    bench_.results.Add(work, "ms", Better::kLess, "linedb", commit_longest);
    bench_.results.Add(work, "ms", Better::kLess, "bare", sync_longest);
    bench_.results.Add(work + ", beyond the sync", "ms", Better::kLess, "linedb",
                       std::max(0.0, commit_longest - sync_longest));
  }

 private:
  Bench& bench_;
  const std::string directory_;
  std::unique_ptr<linedb::Database> database_;
  std::optional<linedb::Table<Student>> students_;
  std::int64_t next_ = 0;
};

}  // namespace

void WorkPause(Bench* bench) {
  if (!bench->options.Wants("pause")) return;
  const std::string directory = bench->options.directory + "/pause";
  PausedTable table(bench, directory);
  table.Fill();
  table.Measure("longest commit in a checkpoint", /*compacts=*/false);
  table.Open(/*compaction_share_min=*/0.2);
  table.Measure("longest commit in a compaction", /*compacts=*/true);
}

}  // namespace bench
