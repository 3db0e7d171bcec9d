// Guards against the backup that nobody tried to open: each is opened, verified and compared.

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/engine_history.h"
#include "engine/history/backup.h"
#include "tests/history/backup_campus.h"
#include "wal/file_system.h"

namespace linedb {
namespace {

using testing::BackupTest;
using testing::Campus;
using testing::Course;
using testing::Fails;
using testing::IsOk;
using testing::kDirectory;
using testing::Student;
using testing::TreeDifference;

TEST_F(BackupTest, CopyOfAFreshDatabaseOpensAndIsTheSame) {
  const BackupReport report = BackUpWell();
  EXPECT_EQ(report.lsn, 0u);
  EXPECT_FALSE(report.incremental);
  ExpectCopyIsTheOriginal();
}

TEST_F(BackupTest, CopyHasWhatTheLogHasSinceTheCheckpoint) {
  campus.MakeTables();
  ASSERT_THAT(campus.students().Insert({.name = "Alice"}), IsOk());
  ASSERT_THAT(campus.students().Insert({.name = "Bob"}), IsOk());
  Checkpoint();
  ASSERT_THAT(campus.students().Update({.id = 1, .name = "Alicia"}), IsOk());
  ASSERT_THAT(campus.students().Erase(2), IsOk());
  ASSERT_THAT(campus.students().Insert({.name = "Carol"}), IsOk());
  campus.TableOf<testing::Visit>();
  ASSERT_THAT(campus.TableOf<testing::Visit>().Insert({.who = "Eve"}), IsOk());
  const BackupReport report = BackUpWell();
  EXPECT_EQ(report.lsn, campus.engine->Stats().last_lsn);
  EXPECT_EQ(report.tables, 4u);
  EXPECT_EQ(report.archives_copied, 1u);
  EXPECT_EQ(report.archives_missing, 0u);
  ExpectCopyIsTheOriginal();
}

TEST_F(BackupTest, IncrementalBackupCopiesOnlyWhatIsNew) {
  campus.MakeTables();
  const std::string name(1000, 'n');
  for (int i = 0; i < 300; ++i)
    ASSERT_THAT(campus.courses().Insert({.code = name + std::to_string(i)}), IsOk());
  Checkpoint();
  const BackupReport first = BackUpWell();
  EXPECT_GT(first.bytes_copied, 300'000u);
  const testing::Tree before = copy.Files();

  const BackupReport nothing = BackUpWell();
  EXPECT_TRUE(nothing.incremental);
  EXPECT_EQ(nothing.bytes_copied, 0u);
  EXPECT_EQ(nothing.files_written, 0u);
  EXPECT_EQ(TreeDifference(before, copy.Files()), "");

  ASSERT_THAT(campus.courses().Insert({.code = "CS1"}), IsOk());
  Checkpoint();
  ASSERT_THAT(campus.courses().Insert({.code = "CS2"}), IsOk());
  const BackupReport second = BackUpWell();
  EXPECT_TRUE(second.incremental);
  EXPECT_LT(second.bytes_copied, 4000u);
  EXPECT_GT(second.bytes_shared, 300'000u);
  EXPECT_EQ(second.archives_copied, 1u);
  const std::string old_records = before.at("data/course.records");
  EXPECT_EQ(copy.Files().at("data/course.records").substr(0, old_records.size()), old_records);
  ExpectCopyIsTheOriginal();
}

TEST_F(BackupTest, ACompactedTableReplacesTheOldOne) {
  campus.MakeTables();
  for (int i = 0; i < 5; ++i) ASSERT_THAT(campus.students().Insert({.name = "A"}), IsOk());
  Checkpoint();
  BackUpWell();
  ASSERT_THAT(campus.students().Erase(2), IsOk());
  Checkpoint();  // compacts
  ASSERT_THAT(campus.students().Insert({.name = "B"}), IsOk());
  Checkpoint();  // its header no longer says so
  ASSERT_THAT(campus.students().Insert({.name = "C"}), IsOk());
  EXPECT_TRUE(BackUpWell().incremental);
  ExpectCopyIsTheOriginal();
}

TEST_F(BackupTest, TablesAlteredDroppedAndMadeAnewAreFollowed) {
  campus.MakeTables();
  ASSERT_THAT(campus.students().Insert({.name = "A"}), IsOk());
  ASSERT_THAT(campus.courses().Insert({.code = "CS1"}), IsOk());
  ASSERT_THAT(campus.enrollments().Insert({.student_id = 1, .course_id = 1}), IsOk());
  BackUpWell();
  TableSchema altered = schema::StructCodec<Student>::Schema();
  altered.columns.push_back({.name = "note", .type = Type::kString, .nullable = true});
  ASSERT_THAT(campus.engine->AlterTable(altered), IsOk());
  ASSERT_THAT(campus.engine->DropTable("enrollment"), IsOk());
  ASSERT_THAT(campus.engine->DropTable("course"), IsOk());
  ASSERT_THAT(campus.engine->CreateTable(schema::StructCodec<Course>::Schema()), IsOk());
  ASSERT_THAT(campus.courses().Insert({.code = "CS2"}), IsOk());
  EXPECT_TRUE(BackUpWell().incremental);
  EXPECT_FALSE(copy.Files().contains("data/enrollment.records"));
  EXPECT_FALSE(copy.Files().contains("schema/enrollment.schema.json"));
  ExpectCopyIsTheOriginal();
  Checkpoint();
  BackUpWell();
  ExpectCopyIsTheOriginal();
}

TEST_F(BackupTest, BackupsOfEveryMomentOfADayAreWhatItWas) {
  campus.MakeTables();
  for (int i = 1; i <= 60; ++i) {
    ASSERT_THAT(campus.students().Insert({.name = std::to_string(i)}), IsOk());
    if (i % 3 == 0) {
      EXPECT_THAT(campus.students().Update({.id = i - 1, .name = "u"}), IsOk());
    }
    if (i % 5 == 0) {
      EXPECT_THAT(campus.students().Erase(i - 2), IsOk());
    }
    if (i % 7 == 0) Checkpoint();
    if (i % 4 != 0) continue;
    BackUpWell();
    ExpectCopyIsTheOriginal();
  }
}

TEST_F(BackupTest, ADatabaseInMemoryIsSavedToADisk) {
  ASSERT_THAT(campus.students().Insert({.name = "Alice"}), IsOk());
  BackUpWell();
  ExpectCopyIsTheOriginal();
}

TEST_F(BackupTest, WhatIsAcknowledgedOnlyIsInTheCopy) {
  campus.MakeTables();
  {
    auto begun = campus.engine->Begin(Durability::kBuffered);
    ASSERT_THAT(begun, IsOk());
    WriteTransaction transaction(*std::move(begun));
    ASSERT_THAT(campus.students().Insert(transaction, {.name = "Alice"}), IsOk());
    ASSERT_THAT(transaction.Commit(), IsOk());
  }
  BackUpWell();
  ExpectCopyIsTheOriginal();
}

TEST_F(BackupTest, DamagedTableIsRefusedAndTheOldBackupStays) {
  campus.MakeTables();
  ASSERT_THAT(campus.students().Insert({.name = "Alice"}), IsOk());
  Checkpoint();
  BackUpWell();
  const testing::Tree before = copy.Files();
  ASSERT_THAT(campus.courses().Insert({.code = "CS1"}), IsOk());
  Checkpoint();
  testing::Tree tree = campus.Files();
  tree["data/course.records"][10] ^= 1;
  Campus damaged(tree);
  const auto failed =
      engine::BackupDatabase({*damaged.disk, wal::DatabasePaths(testing::kDirectory), *copy.disk,
                              wal::DatabasePaths(testing::kDirectory), "{}"},
                             {});
  EXPECT_THAT(failed, Fails(absl::StatusCode::kDataLoss, "data/course.records line 1 byte 0"));
  ASSERT_THAT(copy.OpenToRead(), IsOk());
  EXPECT_THAT(copy.State(), ::testing::HasSubstr("Alice"));
  EXPECT_THAT(copy.State(), ::testing::Not(::testing::HasSubstr("CS1")));
  copy.engine.reset();
  EXPECT_TRUE(BackUpWell().incremental);
  ExpectCopyIsTheOriginal();
}

TEST_F(BackupTest, ARottenBackupIsMendedByTheNext) {
  campus.MakeTables();
  ASSERT_THAT(campus.courses().Insert({.code = "CS1"}), IsOk());
  Checkpoint();
  BackUpWell();
  testing::Tree tree = copy.Files();
  tree["data/course.records"][12] ^= 1;
  copy.disk = testing::MakeDisk(tree);
  copy.through = copy.disk.get();
  BackUpWell();
  ExpectCopyIsTheOriginal();
}

TEST_F(BackupTest, OtherDirectoriesAreRefusedAndLeftAsTheyAre) {
  campus.MakeTables();
  // Something else.
  ASSERT_THAT(copy.disk->CreateDirectory(testing::kDirectory), IsOk());
  ASSERT_THAT(wal::WriteFileAtomically(*copy.disk, "university/letter.txt", "Dear"), IsOk());
  EXPECT_THAT(BackUp(), Fails(absl::StatusCode::kAlreadyExists, "not empty"));
  EXPECT_EQ(copy.Files().size(), 1u);
  // Another database.
  Campus other;
  ASSERT_THAT(other.Open(Manual()), IsOk());
  ASSERT_THAT(other.Close(), IsOk());
  const testing::Tree before = other.Files();
  EXPECT_THAT(campus.engine->Backup(*other.disk, testing::kDirectory, {}),
              Fails(absl::StatusCode::kAlreadyExists, "another database"));
  EXPECT_EQ(TreeDifference(before, other.Files()), "");
  // Itself, a folder in it.
  for (const char* target : {"university", "university/backup", "./university/data/../x"}) {
    EXPECT_THAT(campus.engine->Backup(*campus.disk, target, {}),
                Fails(absl::StatusCode::kInvalidArgument, "itself, or lies in it"))
        << target;
  }
  EXPECT_THAT(campus.engine->Backup(*campus.disk, "university2", {}), IsOk());
}

TEST_F(BackupTest, ABackupThatWentItsOwnWayIsNotOverwritten) {
  campus.MakeTables();
  ASSERT_THAT(campus.students().Insert({.name = "Alice"}), IsOk());
  BackUpWell();
  ASSERT_THAT(copy.Open(Manual()), IsOk());
  ASSERT_THAT(copy.students().Insert({.name = "Mallory"}), IsOk());
  ASSERT_THAT(copy.Close(), IsOk());
  EXPECT_THAT(BackUp(), Fails(absl::StatusCode::kFailedPrecondition, "ahead"));
  ASSERT_THAT(campus.students().Insert({.name = "Bob"}), IsOk());
  ASSERT_THAT(campus.students().Insert({.name = "Carol"}), IsOk());
  EXPECT_THAT(BackUp(), Fails(absl::StatusCode::kFailedPrecondition, "opened for writing"));
  Checkpoint();
  EXPECT_THAT(BackUp(), Fails(absl::StatusCode::kFailedPrecondition, "opened for writing"));
  ASSERT_THAT(copy.OpenToRead(), IsOk());
  EXPECT_THAT(copy.State(), ::testing::HasSubstr("Mallory"));
}

TEST_F(BackupTest, AnOpenBackupIsNotWrittenTo) {
  campus.MakeTables();
  BackUpWell();
  ASSERT_THAT(copy.Open(Manual()), IsOk());
  ASSERT_THAT(campus.students().Insert({.name = "Alice"}), IsOk());
  EXPECT_THAT(BackUp(), Fails(absl::StatusCode::kUnavailable, "open for writing"));
  ASSERT_THAT(copy.Close(), IsOk());
  BackUpWell();
  ExpectCopyIsTheOriginal();
}

TEST_F(BackupTest, ArchivesThatTheDatabaseRemovedStayInTheBackup) {
  Options options = Manual();
  options.archives_kept = 2;
  ASSERT_THAT(campus.Close(), IsOk());
  ASSERT_THAT(campus.Open(options), IsOk());
  campus.MakeTables();
  for (int i = 0; i < 6; ++i) {
    ASSERT_THAT(campus.students().Insert({.name = "A"}), IsOk());
    Checkpoint();
    EXPECT_EQ(BackUpWell().archives_missing, 0u);
  }
  EXPECT_EQ(campus.engine->Stats().archive_count, 2u);
  ExpectCopyIsTheOriginal();
  ASSERT_THAT(copy.OpenToRead(), IsOk());
  EXPECT_EQ(copy.engine->Stats().archive_count, 6u);
  copy.engine.reset();
  for (int i = 0; i < 3; ++i) {
    ASSERT_THAT(campus.students().Insert({.name = "A"}), IsOk());
    Checkpoint();
  }
  EXPECT_EQ(BackUpWell().archives_missing, 1u);
  EXPECT_THAT(copy.Problems(), ::testing::HasSubstr("chain"));
}

TEST_F(BackupTest, MomentsOfAnArchiveThatSomebodyRemovedAreRefusedAndTheOthersRestored) {
  campus.MakeTables();
  BackUpWell();
  std::vector<std::uint64_t> lsns;
  std::vector<std::string> states;
  for (int i = 0; i < 4; ++i) {
    ASSERT_THAT(campus.students().Upsert({.id = 1, .name = absl::StrCat(i)}), IsOk());
    lsns.push_back(campus.engine->Stats().last_lsn);
    states.push_back(campus.State());
    Checkpoint();
  }
  RemoveArchiveOf(campus, lsns[1]);
  const BackupReport report = BackUpWell();
  EXPECT_TRUE(report.incremental);
  EXPECT_EQ(report.archives_missing, 1u);
  EXPECT_THAT(copy.Problems(), ::testing::HasSubstr("chain"));
  for (const std::size_t i : {0u, 1u, 2u, 3u}) {
    const std::string target = absl::StrCat("restored", i);
    RestoreOptions options;
    options.target = AtLsn{lsns[i]};
    const auto restored = engine::RestoreDirectory(*copy.disk, kDirectory, target, options);
    if (i == 1 || i == 2) {
      EXPECT_THAT(restored, Fails(absl::StatusCode::kNotFound,
                                  absl::StrCat("the log with lsn ", lsns[1], " is missing")));
      continue;
    }
    ASSERT_THAT(restored, IsOk()) << i;
    Campus moment;
    moment.engine = *engine::Engine::Open(nullptr, *copy.disk, target, Manual());
    EXPECT_EQ(moment.State(), states[i]) << i;
    moment.engine.reset();
  }
}

TEST_F(BackupTest, ArchiveThatTheBackupLostIsCopiedAgain) {
  campus.MakeTables();
  for (int i = 0; i < 3; ++i) {
    ASSERT_THAT(campus.students().Insert({.name = "A"}), IsOk());
    Checkpoint();
  }
  BackUpWell();
  RemoveArchiveOf(copy, campus.engine->Stats().last_lsn - 1);
  EXPECT_NE(copy.Problems(), "");
  const BackupReport report = BackUpWell();
  EXPECT_EQ(report.archives_copied, 1u);
  EXPECT_EQ(report.archives_missing, 0u);
  ExpectCopyIsTheOriginal();
}

TEST_F(BackupTest, WithoutArchivesNoneAreCopied) {
  campus.MakeTables();
  Checkpoint();
  BackupOptions options;
  options.archives = false;
  ASSERT_THAT(BackUp(options), IsOk());
  ExpectCopyIsTheOriginal();
  ASSERT_THAT(copy.OpenToRead(), IsOk());
  EXPECT_EQ(copy.engine->Stats().archive_count, 0u);
}

TEST_F(BackupTest, AnInterruptedBackupSaysSoAndTheNextFinishesIt) {
  campus.MakeTables();
  for (int i = 0; i < 50; ++i) ASSERT_THAT(campus.students().Insert({.name = "A"}), IsOk());
  Checkpoint();
  BackupOptions options;
  options.progress = [](std::uint64_t done, std::uint64_t total) { return done < total / 2; };
  EXPECT_THAT(BackUp(options), Fails(absl::StatusCode::kCancelled, "running it again"));
  EXPECT_THAT(copy.OpenToRead(), Fails(absl::StatusCode::kFailedPrecondition,
                                       "is not finished; run the backup again"));
  EXPECT_THAT(copy.Open(), Fails(absl::StatusCode::kFailedPrecondition, "is not finished"));
  BackUpWell();
  ExpectCopyIsTheOriginal();
}

}  // namespace
}  // namespace linedb
