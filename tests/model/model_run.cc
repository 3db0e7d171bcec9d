#include "tests/model/model_run.h"

#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "engine/verify.h"
#include "tests/engine/disk_tree.h"

namespace linedb::model {

bool GoesOn(int rounds, int rounds_min, std::chrono::steady_clock::time_point start) {
  const char* minutes = std::getenv("LINEDB_MODEL_MINUTES");
  if (minutes == nullptr) return rounds < rounds_min;
  const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - start;
  return passed.count() < 60 * std::atof(minutes);
}

Options SmallOptions(std::mt19937_64* random) {
  Options options;
  options.log_bytes_max = (*random)() % 2 == 0 ? 4'000 : 30'000;
  options.compaction_bytes_small = (*random)() % 2 == 0 ? 4'000 : 1'000'000;
  options.compaction_share_min = 0.3;
  options.archives_kept = 2;
  options.index_bytes_min = (*random)() % 3 == 0 ? Options().index_bytes_min : 500;
  options.sync_interval = std::chrono::milliseconds(1);
  return options;
}

void RunThreads(Work* work, int threads, std::int64_t transactions, std::mt19937_64* random) {
  work->done = false;
  std::vector<std::thread> running;
  for (int i = 0; i < threads; ++i) {
    running.emplace_back(
        [work, transactions, seed = (*random)()] { Worker(work, seed).Run(transactions); });
  }
  std::thread watcher([work, seed = (*random)()] { Worker(work, seed).Watch(); });
  for (std::thread& thread : running) thread.join();
  work->done = true;
  watcher.join();
}

namespace {

// A disk that has all of this for good.
std::unique_ptr<testing::PageCacheDisk> MakePageCacheDisk(const testing::Tree& tree) {
  auto disk = std::make_unique<testing::PageCacheDisk>();
  const std::string base = testing::kDirectory;
  const std::string directories[] = {base, base + "/schema", base + "/data", base + "/wal",
                                     base + "/index"};
  for (const std::string& directory : directories) {
    disk->CreateDirectory(directory).IgnoreError();
  }
  for (const auto& [path, bytes] : tree) {
    const auto file = disk->Open(base + "/" + path, wal::OpenMode::kCreateNew);
    file.value()->Append(bytes).IgnoreError();
    file.value()->Sync().IgnoreError();
  }
  for (const std::string& directory : directories) disk->SyncDirectory(directory).IgnoreError();
  return disk;
}

}  // namespace

MemoryRun::MemoryRun(std::uint64_t seed, int threads, Trouble trouble)
    : seed_(seed), threads_(threads), trouble_(trouble), random_(seed) {
  if (trouble == Trouble::kPowerCuts) {
    auto disk = MakePageCacheDisk({});
    page_cache_ = disk.get();
    disk_ = std::move(disk);
  } else {
    disk_ = testing::MakeDisk({});
  }
  work_.reference = &reference_;
  work_.figures = &figures_;
  work_.seed = seed_;
  work_.disk_fills = trouble == Trouble::kFullDisk;
}

void MemoryRun::Round(std::int64_t transactions) {
  ruled_ = std::make_unique<testing::RuledDisk>(*disk_);
  database_ = std::make_unique<ModelDatabase>(*ruled_, testing::kDirectory);
  work_.database = database_.get();
  Options options = SmallOptions(&random_);
  options.maintenance_failed = [this](const absl::Status& failure) {
    if (!work_.MayFail(failure)) work_.Differs("in the background: " + failure.ToString());
  };
  OpenAndCompare(options);
  if (figures_.differences > 0) return;
  const bool crashes = !work_.disk_fills && random_() % 2 == 0;
  const auto operations = static_cast<std::uint64_t>(threads_ * transactions * 3);
  SetDiskRule(static_cast<std::int64_t>(random_() % operations), crashes);
  RunThreads(&work_, threads_, transactions, &random_);
  crashes ? CrashAway() : CloseAndVerify();
  database_.reset();
  ruled_.reset();
  if (trouble_ == Trouble::kPowerCuts) CutPower();
  work_.shaky = work_.ended = false;
}

void MemoryRun::OpenAndCompare(const Options& options) {
  ++figures_.reopenings;
  if (absl::Status opened = database_->Open(options, &reference_); !opened.ok()) {
    return work_.Differs("opening: " + opened.ToString());
  }
  const absl::StatusOr<ReadTransaction> snapshot = database_->BeginRead();
  const auto [id, number, attempt] = database_->MomentOf(*snapshot);
  if (reference_.IsFailed(attempt)) return work_.Differs("opened with a transaction that failed");
  const std::shared_ptr<const State> state = reference_.At(number);
  const std::int64_t number_min = trouble_ == Trouble::kPowerCuts ? reference_.survives_power_cut()
                                                                  : reference_.survives_process();
  if (number < number_min || state == nullptr) {
    return work_.Differs(
        absl::StrCat("opened at moment ", number, ", expected at least ", number_min));
  }
  const std::string wrong = database_->Compare(*snapshot, *state, reference_);
  if (!wrong.empty()) return work_.Differs("after opening: " + wrong);
  reference_.Restart(*state);
}

// One operation fails after so many, and from some later one on all; or there is no room every now
// and then.
void MemoryRun::SetDiskRule(std::int64_t operations, bool crashes) {
  if (crashes) {
    const auto more = static_cast<std::int64_t>(random_() % 200);
    ruled_->SetRule([this, left = operations, more](std::string_view, const std::string&) mutable {
      if (--left >= 0 || (left < -1 && left > -more)) return absl::OkStatus();
      work_.shaky = true;
      if (left <= -more) work_.ended = true;
      return absl::InternalError("the disk is broken");
    });
  } else if (work_.disk_fills) {
    ruled_->SetRule([random = std::mt19937_64(random_())](std::string_view operation,
                                                          const std::string& path) mutable {
      const bool log = absl::StrContains(path, "/transaction.log");
      const bool records = absl::EndsWith(path, ".records");
      if (operation != "write" || !(log || records)) return absl::OkStatus();
      if (random() % (log ? 8 : 100) != 0) return absl::OkStatus();
      return absl::ResourceExhaustedError("write " + path + ": No space left on device");
    });
  }
}

// What the disk has when everything fails is what a killed process leaves.
void MemoryRun::CrashAway() {
  work_.ended = true;
  ruled_->SetRule([](std::string_view, const std::string&) {
    return absl::InternalError("the disk is broken");
  });
  if (trouble_ == Trouble::kPowerCuts) return;
  const testing::Tree left = testing::ReadTree(*disk_);
  database_.reset();
  disk_ = testing::MakeDisk(left);
}

void MemoryRun::CutPower() {
  auto disk = MakePageCacheDisk(page_cache_->AfterPowerCut());
  page_cache_ = disk.get();
  disk_ = std::move(disk);
}

void MemoryRun::CloseAndVerify() {
  ruled_->SetRule(nullptr);
  const std::int64_t acknowledged = reference_.acknowledged();
  if (absl::Status closed = database_->Close(); !closed.ok()) {
    return work_.Differs("closing: " + closed.ToString());
  }
  reference_.Acknowledge(acknowledged, Durability::kFull);
  const auto report = engine::VerifyDatabase(*disk_, wal::DatabasePaths(testing::kDirectory));
  if (!report.ok()) return work_.Differs(report.status().ToString());
  for (const Problem& problem : report->problems) {
    work_.Differs(absl::StrCat(problem.file, " line ", problem.line, ": ", problem.message));
  }
}

}  // namespace linedb::model
