// A program that changes its schema often, or makes and drops tables for its intermediate results,
// must not run out of descriptors and memory: what a dropped or altered table had open is closed
// once no snapshot and no scan reads it any more, not only when the database is closed.

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <utility>

#include "tests/engine/campus.h"
#include "tests/wal/forwarding_disk.h"

namespace linedb {
namespace {

using testing::Campus;
using testing::Fails;
using testing::IsOk;
using testing::Student;

// Counts the files that are open.
class CountingDisk final : public wal::ForwardingDisk {
 public:
  explicit CountingDisk(wal::FileSystem& disk) : ForwardingDisk(disk) {}

  int open_count() const { return *open_count_; }

  absl::StatusOr<std::unique_ptr<wal::File>> Open(const std::string& path,
                                                  wal::OpenMode mode) override {
    absl::StatusOr<std::unique_ptr<wal::File>> file = disk().Open(path, mode);
    if (!file.ok()) return file;
    return std::make_unique<CountedFile>(*std::move(file), open_count_);
  }

 private:
  class CountedFile final : public wal::ForwardingFile {
   public:
    CountedFile(std::unique_ptr<wal::File> file, std::shared_ptr<std::atomic<int>> count)
        : ForwardingFile(std::move(file)), count_(std::move(count)) {
      ++*count_;
    }
    ~CountedFile() override { --*count_; }

   private:
    const std::shared_ptr<std::atomic<int>> count_;
  };

  const std::shared_ptr<std::atomic<int>> open_count_ = std::make_shared<std::atomic<int>>(0);
};

class RetiredTableTest : public ::testing::Test {
 protected:
  void TearDown() override { campus.engine.reset(); }  // before the disk that it sees
  void SetUp() override {
    campus.through = &disk;
    Options options;
    options.maintenance = Maintenance::kManual;
    ASSERT_THAT(campus.Open(options), IsOk());
    ASSERT_THAT(campus.students().Insert({.id = 1, .name = "Alice"}), IsOk());
  }

  absl::Status AlterStudents() {
    return campus.engine->AlterTable(schema::StructCodec<Student>::Schema());
  }

  Campus campus;
  CountingDisk disk{*campus.disk};
};

TEST_F(RetiredTableTest, FilesOfAlteredAndDroppedTablesAreClosed) {
  const int open_before = disk.open_count();
  for (int i = 0; i < 5; ++i) {
    ASSERT_THAT(AlterStudents(), IsOk());
    ASSERT_THAT(campus.courses().Insert({.id = 1, .code = "CS"}), IsOk());
    ASSERT_THAT(campus.engine->DropTable("course"), IsOk());
  }
  EXPECT_EQ(disk.open_count(), open_before);
}

TEST_F(RetiredTableTest, SnapshotAndScanReadTheTableThatWasAlteredUnderThem) {
  const Table<Student> students = campus.students();
  ReadTransaction snapshot(campus.engine.get(), campus.engine->TakeSnapshot().value());
  auto cursor = students.core().Scan({});
  ASSERT_THAT(cursor, IsOk());
  const int open_before = disk.open_count();
  ASSERT_THAT(AlterStudents(), IsOk());
  EXPECT_THAT(students.Get(1), Fails(absl::StatusCode::kFailedPrecondition, "altered"));
  EXPECT_EQ(students.Get(snapshot, 1)->name, "Alice");
  snapshot.End();
  std::string_view line;
  EXPECT_TRUE(cursor->Next(&line));
  { const auto ended = std::move(cursor); }
  EXPECT_EQ(disk.open_count(), open_before);
}

}  // namespace
}  // namespace linedb
