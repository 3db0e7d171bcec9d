// A campus and its backup, on two disks in memory.

#ifndef LINEDB_TESTS_HISTORY_BACKUP_CAMPUS_H_
#define LINEDB_TESTS_HISTORY_BACKUP_CAMPUS_H_

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "linedb/history.h"
#include "tests/engine/campus.h"
#include "wal/wal_archive.h"

namespace linedb::testing {

class BackupTest : public ::testing::Test {
 protected:
  static Options Manual() {
    Options options;
    options.maintenance = Maintenance::kManual;
    return options;
  }

  void SetUp() override { ASSERT_THAT(campus.Open(Manual()), IsOk()); }

  absl::StatusOr<BackupReport> BackUp(const BackupOptions& options = {}) {
    return campus.engine->Backup(*copy.disk, kDirectory, options);
  }
  BackupReport BackUpWell() {
    absl::StatusOr<BackupReport> report = BackUp();
    EXPECT_THAT(report, IsOk());
    return report.ok() ? *report : BackupReport();
  }
  // Of the operations up to `last`, behind the database's back.
  static void RemoveArchiveOf(Campus& of, std::uint64_t last) {
    const auto archives = wal::ListArchives(*of.disk, wal::DatabasePaths(kDirectory));
    ASSERT_THAT(archives, IsOk());
    for (const wal::Archive& archive : *archives) {
      if (archive.name.last.value != last) continue;
      ASSERT_THAT(of.disk->Remove(archive.path), IsOk());
      return;
    }
    FAIL() << "no archive ends with lsn " << last;
  }
  void Checkpoint() { ASSERT_THAT(campus.engine->Checkpoint(), IsOk()); }

  // The backup opens, for reading and for writing, verifies before and after, and is the original.
  void ExpectCopyIsTheOriginal() {
    const std::string state = campus.State();
    EXPECT_EQ(copy.Problems(), "");
    ASSERT_THAT(copy.OpenToRead(), IsOk());
    EXPECT_EQ(copy.State(), state);
    EXPECT_EQ(copy.Notes(), "");
    EXPECT_FALSE(copy.engine->report().recovered);
    copy.engine.reset();
    Campus writer(copy.Files());
    ASSERT_THAT(writer.Open(Manual()), IsOk());
    EXPECT_EQ(writer.State(), state);
    EXPECT_EQ(writer.Notes(), "");
    EXPECT_FALSE(writer.engine->report().recovered);
    ASSERT_THAT(writer.Close(), IsOk());
    EXPECT_EQ(TreeDifference(copy.Files(), writer.Files()), "");
  }

  Campus campus;
  Campus copy;
};

}  // namespace linedb::testing

#endif  // LINEDB_TESTS_HISTORY_BACKUP_CAMPUS_H_
