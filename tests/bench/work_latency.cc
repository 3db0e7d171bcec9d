// How long single lookups and durable commits of linedb take while it is busy otherwise.

#include <atomic>
#include <chrono>
#include <functional>
#include <optional>
#include <thread>

#include "linedb/database.h"
#include "tests/bench/bare_log.h"
#include "tests/bench/linedb_status.h"
#include "tests/bench/works.h"

namespace bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::int64_t kRowsTogether = 10'000;

// Does `step` over and over on a thread of its own, and keeps how many microseconds each took.
class Repeated {
 public:
  explicit Repeated(std::function<void()> step)
      : thread_([this, step = std::move(step)] {
          while (!stop_) {
            const Clock::time_point begin = Clock::now();
            step();
            const std::chrono::duration<float, std::micro> took = Clock::now() - begin;
            samples_.push_back(took.count());
            ++count_;
          }
        }) {
    while (count_ < 3) std::this_thread::yield();
  }

  // In order.
  std::vector<float> StopAndTell() {
    stop_ = true;
    thread_.join();
    std::sort(samples_.begin(), samples_.end());
    return std::move(samples_);
  }

 private:
  std::atomic<bool> stop_ = false;
  std::atomic<int> count_ = 0;
  std::vector<float> samples_;
  std::thread thread_;  // the last: it uses the others
};

class BusyTable {
 public:
  BusyTable(Bench* bench, std::string directory)
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
    database_ = ValueOf(linedb::Database::Open(directory_, options));
    students_ = ValueOf(database_->OpenTable<Student>());
  }

  // Lookups and commits, and beside them the syncs of another file, while `busy` runs.
  void Measure(const std::string& beside, const std::function<void()>& busy) {
    const BareLog bare(bench_.options.directory + "/bare.log");
    Repeated sync([&bare] { bare.Append(std::string(300, 'x'), Level::kDurable); });
    Repeated commit([this] { RequireOk(students_->Insert(MakeStudent(++next_)).status()); });
    std::uint64_t lookups = 0;
    Repeated lookup([this, &lookups] {
      const auto rows = static_cast<std::uint64_t>(bench_.options.rows);
      const auto key = 1 + static_cast<std::int64_t>(Mix(++lookups) % rows);
      if (const auto row = students_->Get(key); !row.ok() || row->id != key) {
        Fail("linedb: a lookup read another row");
      }
    });
    busy();
    const std::vector<float> lookup_times = lookup.StopAndTell();
    const std::vector<float> commit_times = commit.StopAndTell();
    const std::vector<float> sync_times = sync.StopAndTell();
    AddAll("lookup beside " + beside, lookup_times);
    AddAll("durable commit beside " + beside, commit_times);
    bench_.results.Add("longest commit beside " + beside + ", beyond the longest sync", "us",
                       Better::kLess, "linedb",
                       std::max(0.0F, commit_times.back() - sync_times.back()));
  }

  void Checkpoint(bool compacts) {
    const auto report = ValueOf(database_->Checkpoint());
    if (compacts != !report.tables_compacted.empty()) Fail("compacted, or not, unexpectedly");
  }

 private:
  void AddAll(const std::string& work, const std::vector<float>& times) {
    constexpr struct {
      const char* name;
      double share;
    } kPlaces[] = {{"p50", 0.5}, {"p99", 0.99}, {"p99.9", 0.999}, {"longest", 1.0}};
    for (const auto& place : kPlaces) {
      const auto at = static_cast<std::size_t>(place.share * static_cast<double>(times.size()));
      bench_.results.Add(work + ", " + place.name, "us", Better::kLess, "linedb",
                         times[std::min(at, times.size() - 1)]);
    }
  }

  Bench& bench_;
  const std::string directory_;
  std::unique_ptr<linedb::Database> database_;
  std::optional<linedb::Table<Student>> students_;
  std::int64_t next_ = 0;
};

}  // namespace

void WorkLatency(Bench* bench) {
  if (!bench->options.Wants("latency")) return;
  const std::string directory = bench->options.directory + "/latency";
  BusyTable table(bench, directory);
  table.Fill();
  table.Measure("a writer", [] { std::this_thread::sleep_for(std::chrono::seconds(1)); });
  table.Measure("a writer and a checkpoint", [&] { table.Checkpoint(/*compacts=*/false); });
  table.Open(/*compaction_share_min=*/0.2);
  table.Measure("a writer and a compaction", [&] { table.Checkpoint(/*compacts=*/true); });
}

}  // namespace bench
