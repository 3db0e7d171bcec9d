// A full disk refuses a commit while another thread already holds the writer's slot. What was
// refused has to be taken back before that thread goes on: a checkpoint would else write into its
// header, durably, what its caller was told did not happen, and the cut that came afterwards would
// leave a file that is shorter than the checkpoint says; a new table would be acknowledged without
// a line of it in the log.

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <future>
#include <iostream>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "tests/engine/campus.h"
#include "tests/faults/sanitized.h"
#include "tests/wal/forwarding_disk.h"

namespace linedb {
namespace {

using testing::Campus;
using testing::Fails;
using testing::IsOk;

// The log's next write takes nothing, and ends when the test says so. Operations on one other path
// tell the test that they are there.
class SlowFullDisk final : public wal::ForwardingDisk {
 public:
  explicit SlowFullDisk(wal::FileSystem& disk) : ForwardingDisk(disk) {}

  void FailNextWriteOfLog() { armed_ = true; }
  // Returns when the write is under way.
  void AwaitWrite() { reached_.get_future().wait(); }
  void EndWrite() { ended_.set_value(); }

  // The first rename of this path calls `then` before it is done.
  void SetBeforeRename(std::string path, std::function<void()> then) {
    renamed_ = std::move(path);
    before_rename_ = std::move(then);
  }

  absl::StatusOr<std::unique_ptr<wal::File>> Open(const std::string& path,
                                                  wal::OpenMode mode) override {
    absl::StatusOr<std::unique_ptr<wal::File>> file = disk().Open(path, mode);
    if (!file.ok()) return file;
    return std::make_unique<SlowFile>(*std::move(file), this, path.ends_with("transaction.log"));
  }
  absl::Status Rename(const std::string& source, const std::string& target) override {
    if (source == renamed_ && before_rename_) std::exchange(before_rename_, nullptr)();
    return disk().Rename(source, target);
  }

 private:
  class SlowFile final : public wal::ForwardingFile {
   public:
    SlowFile(std::unique_ptr<wal::File> file, SlowFullDisk* disk, bool is_log)
        : ForwardingFile(std::move(file)), disk_(disk), is_log_(is_log) {}

    absl::Status Append(std::string_view bytes) override {
      if (!is_log_ || !disk_->armed_.exchange(false)) return file().Append(bytes);
      disk_->reached_.set_value();
      disk_->ended_.get_future().wait();
      return absl::ResourceExhaustedError("no room");
    }

   private:
    SlowFullDisk* disk_;
    const bool is_log_;
  };

  std::atomic<bool> armed_ = false;
  std::promise<void> reached_;
  std::promise<void> ended_;
  std::string renamed_;
  std::function<void()> before_rename_;
};

class UnwindingTest : public ::testing::Test {
 protected:
  void TearDown() override { campus.engine.reset(); }  // before the disk that it sees
  void SetUp() override {
    campus.through = &disk;
    options.maintenance = Maintenance::kManual;
    options.compaction_bytes_small = 0;
    ASSERT_THAT(campus.Open(options), IsOk());
    ASSERT_THAT(campus.students().Insert({.id = 1, .name = "Alice"}), IsOk());
  }

  // Inserts student 2 in a thread of its own, whose commit is now at the write of the log.
  std::future<absl::Status> BeginRefusedCommit() {
    disk.FailNextWriteOfLog();
    auto committed = std::async(std::launch::async, [students = campus.students()] {
      return students.Insert({.id = 2, .name = "Bob"}).status();
    });
    disk.AwaitWrite();
    return committed;
  }

  Campus campus;
  SlowFullDisk disk{*campus.disk};
  Options options;
};

// Gives another thread the time to come to where it waits; had it more to do, the test would show
// less, and fail no more than it should.
void LetOthersRun() { std::this_thread::sleep_for(std::chrono::milliseconds(50)); }

TEST_F(UnwindingTest, CheckpointBesideARefusedCommitHoldsNothingOfIt) {
  std::future<absl::Status> committed = BeginRefusedCommit();
  auto checkpoint =
      std::async(std::launch::async, [this] { return campus.engine->Checkpoint().status(); });
  LetOthersRun();
  disk.EndWrite();
  EXPECT_THAT(committed.get(), Fails(absl::StatusCode::kResourceExhausted));
  checkpoint.get().IgnoreError();
  EXPECT_THAT(campus.students().Insert({.id = 3, .name = "Carol"}), IsOk());
  EXPECT_THAT(campus.Close(), IsOk());
  EXPECT_EQ(campus.Problems(), "");
  ASSERT_THAT(campus.Open(options), IsOk());
  EXPECT_THAT(campus.students().Get(2), Fails(absl::StatusCode::kNotFound));
  EXPECT_EQ(campus.students().size(), 2u);
}

TEST_F(UnwindingTest, TableMadeBesideARefusedCommitIsInTheLogOrNotThere) {
  std::future<absl::Status> committed = BeginRefusedCommit();
  // Making a table holds the slot; on its way it writes the schema file.
  disk.SetBeforeRename("university/schema/course.schema.json.next.tmp", [&] {
    disk.EndWrite();
    committed.wait();
  });
  const absl::Status made =
      campus.engine->CreateTable(schema::StructCodec<testing::Course>::Schema());
  EXPECT_THAT(committed.get(), Fails(absl::StatusCode::kResourceExhausted));
  EXPECT_THAT(made, Fails(absl::StatusCode::kAborted, "builds on it"));
  EXPECT_THAT(campus.courses().Insert({.id = 1, .code = "CS"}), IsOk());
  EXPECT_THAT(campus.students().Insert({.id = 3, .name = "Carol"}), IsOk());
  const std::string state = campus.State();
  EXPECT_THAT(campus.Close(), IsOk());
  EXPECT_EQ(campus.Problems(), "");
  ASSERT_THAT(campus.Open(options), IsOk());
  EXPECT_EQ(campus.State(), state);
}

// Every third write of the log finds no room.
class TightDisk final : public wal::ForwardingDisk {
 public:
  explicit TightDisk(wal::FileSystem& disk) : ForwardingDisk(disk) {}

  std::atomic<bool> tight = false;

  absl::StatusOr<std::unique_ptr<wal::File>> Open(const std::string& path,
                                                  wal::OpenMode mode) override {
    absl::StatusOr<std::unique_ptr<wal::File>> file = disk().Open(path, mode);
    if (!file.ok() || !path.ends_with("transaction.log")) return file;
    return std::make_unique<TightFile>(*std::move(file), this);
  }

 private:
  class TightFile final : public wal::ForwardingFile {
   public:
    TightFile(std::unique_ptr<wal::File> file, TightDisk* disk)
        : ForwardingFile(std::move(file)), disk_(disk) {}

    absl::Status Append(std::string_view bytes) override {
      std::this_thread::yield();  // so that others have something on its way meanwhile
      const bool fails = disk_->tight && disk_->writes_++ % 3 == 0;
      return fails ? absl::ResourceExhaustedError("no room") : file().Append(bytes);
    }

   private:
    TightDisk* disk_;
  };

  std::atomic<std::uint64_t> writes_ = 0;
};

constexpr int kThreads = 3;
constexpr int kInserts = testing::kSanitized ? 4'000 : 20'000;

// Inserts students of its own; returns the ids of those that were acknowledged.
std::vector<std::int64_t> InsertMany(const Table<testing::Student>& students, int thread) {
  std::vector<std::int64_t> acknowledged;
  for (std::int64_t id = thread + 1; id <= kThreads * kInserts; id += kThreads) {
    const absl::Status done = students.Insert({.id = id, .name = "Dan"}).status();
    if (done.ok()) {
      acknowledged.push_back(id);
    } else if (!absl::IsResourceExhausted(done) && !absl::IsAborted(done)) {
      ADD_FAILURE() << done;
      break;
    }
  }
  return acknowledged;
}

TEST(TightDiskTest, ExactlyTheAcknowledgedOfManyThreadsAreThere) {
  Campus campus;
  TightDisk disk(*campus.disk);
  campus.through = &disk;
  Options options;
  options.maintenance = Maintenance::kManual;
  ASSERT_THAT(campus.Open(options), IsOk());
  const Table<testing::Student> students = campus.students();
  disk.tight = true;
  std::vector<std::future<std::vector<std::int64_t>>> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.push_back(std::async(std::launch::async, InsertMany, students, thread));
  }
  std::set<std::int64_t> acknowledged;
  for (auto& thread : threads) {
    for (const std::int64_t id : thread.get()) acknowledged.insert(id);
  }
  disk.tight = false;
  ASSERT_THAT(campus.Close(), IsOk());
  EXPECT_EQ(campus.Problems(), "");
  ASSERT_THAT(campus.Open(options), IsOk());
  std::set<std::int64_t> there;
  ASSERT_THAT(campus.students().ForEach(
                  [&](const testing::Student& student) { there.insert(*student.id); }),
              IsOk());
  EXPECT_EQ(there, acknowledged);
  std::cout << "acknowledged: " << acknowledged.size()
            << ", refused: " << kThreads * kInserts - acknowledged.size() << std::endl;
  campus.engine.reset();  // before the disk that it sees
}

}  // namespace
}  // namespace linedb
