// Guards against a process that is kept from closing, or from opening, by the compression of an
// archive, and against a compression stopped for its sake that loses the archive.

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/engine/campus.h"
#include "tests/wal/forwarding_disk.h"
#include "wal/wal_archive.h"

namespace linedb {
namespace {

using testing::Campus;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using testing::IsOk;

bool IsPlainArchive(const std::string& path) {
  return path.ends_with(".log") && !path.ends_with("/transaction.log");
}

// A disk on which plain archives have no end, so that nobody who waits for the compression of one
// ever returns.
class EndlessFile : public wal::ForwardingFile {
 public:
  using ForwardingFile::ForwardingFile;
  absl::StatusOr<std::string> ReadAt(std::uint64_t offset, std::uint64_t length) override {
    absl::StatusOr<std::string> bytes = file().ReadAt(offset, length);
    if (bytes.ok()) bytes->resize(length, 'x');
    return bytes;
  }
};

class EndlessDisk : public wal::ForwardingDisk {
 public:
  using ForwardingDisk::ForwardingDisk;
  absl::StatusOr<std::unique_ptr<wal::File>> Open(const std::string& path,
                                                  wal::OpenMode mode) override {
    absl::StatusOr<std::unique_ptr<wal::File>> file = disk().Open(path, mode);
    if (!file.ok() || !IsPlainArchive(path)) return file;
    return std::make_unique<EndlessFile>(*std::move(file));
  }
};

class ClosingArchivesTest : public ::testing::Test {
 protected:
  // A process whose log is long enough for closing to run a checkpoint.
  void LeavePlainArchive() {
    Options manual;
    manual.maintenance = Maintenance::kManual;
    ASSERT_THAT(campus.Open(manual), IsOk());
    for (int i = 0; i < 5; ++i) {
      ASSERT_THAT(campus.students().Insert({.name = std::string(1'000'000, 'a')}), IsOk());
    }
    log = campus.Bytes("wal/transaction.log");
    ASSERT_THAT(campus.Close(), IsOk());
    ASSERT_THAT(OtherNames(), ElementsAre(EndsWith("-6.log")));
  }
  // All that is in wal/ beside the log.
  std::vector<std::string> OtherNames() {
    std::vector<std::string> names = campus.disk->List(paths.WalDirectory()).value();
    std::erase(names, "transaction.log");
    return names;
  }
  bool HasName(const std::string& end) {
    const std::vector<std::string> names = OtherNames();
    return std::any_of(names.begin(), names.end(),
                       [&](const std::string& name) { return name.ends_with(end); });
  }
  std::string Archive() {
    return wal::ReadArchive(*campus.disk, wal::ListArchives(*campus.disk, paths)->front()).value();
  }

  const wal::DatabasePaths paths{testing::kDirectory};
  Campus campus;
  std::string log;
};

// [engine-4.11]
TEST_F(ClosingArchivesTest, ClosingStopsACompressionAndTheNextProcessFinishesIt) {
  LeavePlainArchive();
  EndlessDisk endless(*campus.disk);
  campus.through = &endless;
  ASSERT_THAT(campus.Open(), IsOk());
  while (!HasName(".zst.tmp")) std::this_thread::yield();
  ASSERT_THAT(campus.Close(), IsOk());
  EXPECT_THAT(OtherNames(), ElementsAre(EndsWith("-6.log")));
  EXPECT_EQ(Archive(), log);
  campus.through = campus.disk.get();
  ASSERT_THAT(campus.Open(), IsOk());
  while (HasName(".log") || HasName(".tmp")) std::this_thread::yield();
  ASSERT_THAT(campus.Close(), IsOk());
  EXPECT_THAT(OtherNames(), ElementsAre(EndsWith("-6.log.zst")));
  EXPECT_EQ(Archive(), log);
  EXPECT_EQ(campus.Problems(), "");
}

TEST_F(ClosingArchivesTest, OpeningWithManualMaintenanceCompressesNothing) {
  LeavePlainArchive();
  EndlessDisk endless(*campus.disk);
  campus.through = &endless;
  Options manual;
  manual.maintenance = Maintenance::kManual;
  ASSERT_THAT(campus.Open(manual), IsOk());
  ASSERT_THAT(campus.Close(), IsOk());
  EXPECT_THAT(OtherNames(), ElementsAre(EndsWith("-6.log")));
  campus.through = campus.disk.get();
  ASSERT_THAT(campus.Open(manual), IsOk());
  ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
  EXPECT_THAT(OtherNames(), ElementsAre(EndsWith("-6.log.zst")));
  EXPECT_EQ(Archive(), log);
}

TEST_F(ClosingArchivesTest, ClosingRemovesArchivesBeyondTheNumberToKeep) {
  LeavePlainArchive();
  Options options;
  options.archives_kept = 1;
  ASSERT_THAT(campus.Open(options), IsOk());
  for (int i = 0; i < 5; ++i) {
    ASSERT_THAT(campus.students().Insert({.name = std::string(1'000'000, 'b')}), IsOk());
  }
  ASSERT_THAT(campus.Close(), IsOk());
  EXPECT_THAT(OtherNames(), ElementsAre(EndsWith(".7-11.log")));
  EXPECT_EQ(campus.Problems(), "");
}

}  // namespace
}  // namespace linedb
