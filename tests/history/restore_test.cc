// Guards against going back in time further than the logs tell, or not as far: what can be had is
// restored, and what cannot is named.

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/engine/ruled_disk.h"
#include "tests/history/restore_campus.h"
#include "tests/wal/forwarding_disk.h"

namespace linedb {
namespace {

using testing::AlterCourses;
using testing::Campus;
using testing::Fails;
using testing::IsOk;
using testing::kDirectory;
using testing::ManyArchives;
using testing::Moment;
using testing::RestoreTest;

TEST_F(RestoreTest, TheBeginningAndTheEndCanBeRestored) {
  const std::string empty = campus.State();
  campus.MakeTables();
  ASSERT_THAT(campus.students().Insert({.name = "Alice"}), IsOk());
  Checkpoint();
  ASSERT_THAT(RestoreTo(0), IsOk());
  EXPECT_EQ(RestoredState(), empty);
  ASSERT_THAT(Restore({}), IsOk());
  EXPECT_EQ(RestoredState(), campus.State());
  EXPECT_EQ(restored_lsn, Lsn());
}

TEST_F(RestoreTest, TheRestoredDatabaseGoesOnUnderItsOwnName) {
  campus.MakeTables();
  ASSERT_THAT(campus.students().Insert({.name = "Alice"}), IsOk());
  const std::uint64_t lsn = Lsn();
  ASSERT_THAT(campus.students().Erase(1), IsOk());
  const absl::StatusOr<RestoreReport> report = RestoreTo(lsn);
  ASSERT_THAT(report, IsOk());
  EXPECT_NE(report->database, campus.engine->Stats().database);
  Campus copy;
  copy.through = campus.disk.get();
  auto opened = engine::Engine::Open(nullptr, *campus.disk, target, ManyArchives());
  ASSERT_THAT(opened, IsOk());
  copy.engine = *std::move(opened);
  EXPECT_FALSE(copy.engine->report().recovered);
  EXPECT_EQ(copy.engine->Stats().database, report->database);
  ASSERT_THAT(copy.students().Insert({.name = "Bob"}), IsOk());
  EXPECT_EQ(copy.engine->Stats().last_lsn, lsn + 1);
  EXPECT_THAT(copy.students().Get(2), IsOk());
  ASSERT_THAT(copy.engine->Checkpoint(), IsOk());
  ASSERT_THAT(copy.Close(), IsOk());
  EXPECT_EQ(engine::VerifyDatabase(*campus.disk, wal::DatabasePaths(target))->problems.size(), 0u);
}

TEST_F(RestoreTest, ABackupGoesOnWithTheLogsOfTheLiveDatabase) {
  campus.MakeTables();
  ASSERT_THAT(campus.students().Insert({.name = "Alice"}), IsOk());
  ASSERT_THAT(campus.engine->Backup(*campus.disk, "backup", {}), IsOk());
  const std::uint64_t backed_up = Lsn();
  ASSERT_THAT(campus.students().Insert({.name = "Bob"}), IsOk());
  Checkpoint();
  ASSERT_THAT(campus.students().Insert({.name = "Carol"}), IsOk());
  const std::uint64_t wanted = Lsn();
  const std::string state = campus.State();
  ASSERT_THAT(campus.students().Erase(1), IsOk());
  RestoreOptions options;
  options.target = AtLsn{wanted};
  EXPECT_THAT(Restore(options, "backup"),
              Fails(absl::StatusCode::kNotFound, "there is no lsn", std::to_string(backed_up)));
  options.archives = kDirectory;
  ASSERT_THAT(Restore(options, "backup"), IsOk());
  EXPECT_EQ(RestoredState(), state);
  Campus other;
  ASSERT_THAT(other.Open(ManyArchives()), IsOk());
  ASSERT_THAT(other.engine->Backup(*campus.disk, "other", {}), IsOk());
  options.archives = "other";
  EXPECT_THAT(Restore(options, "backup"),
              Fails(absl::StatusCode::kInvalidArgument, "do not go on"));
}

TEST_F(RestoreTest, WhatCannotBeRestoredIsNamedAndWhatCan) {
  Options options = ManyArchives();
  options.archives_kept = 2;
  ASSERT_THAT(campus.Close(), IsOk());
  ASSERT_THAT(campus.Open(options), IsOk());
  campus.MakeTables();
  for (int i = 0; i < 6; ++i) {
    ASSERT_THAT(campus.students().Insert({.name = "A"}), IsOk());
    ASSERT_THAT(campus.students().Update({.id = 1, .name = std::to_string(i)}), IsOk());
    Checkpoint();
  }
  EXPECT_THAT(RestoreTo(4), Fails(absl::StatusCode::kNotFound, "lsn 4 cannot be restored",
                                  "lsn 15 to 15", "go back to lsn 12", "reach lsn 1"));
  EXPECT_THAT(RestoreTo(99), Fails(absl::StatusCode::kNotFound, "no lsn 99 yet"));
  RestoreOptions time;
  time.target = AtTime{"yesterday"};
  EXPECT_THAT(Restore(time), Fails(absl::StatusCode::kInvalidArgument, "is no time"));
  time.target = AtTime{"2001-01-01T00:00:00Z"};
  EXPECT_THAT(Restore(time), Fails(absl::StatusCode::kNotFound, "nothing tells of 2001-01-01"));
  EXPECT_THAT(campus.disk->List(target), Fails(absl::StatusCode::kNotFound));
}

TEST_F(RestoreTest, TablesThatOnlyGrewNeedNoArchivesFromTheBeginning) {
  Options options = ManyArchives();
  options.archives_kept = 2;
  ASSERT_THAT(campus.Close(), IsOk());
  ASSERT_THAT(campus.Open(options), IsOk());
  campus.MakeTables();
  std::vector<Moment> moments;
  for (int i = 0; i < 6; ++i) {
    for (int j = 0; j < 3; ++j) {
      ASSERT_THAT(campus.students().Insert({.name = "A"}), IsOk());
      moments.push_back({Lsn(), 0, campus.State()});
    }
    Checkpoint();
  }
  for (std::size_t i = 12; i < moments.size(); ++i) {
    RestoreOptions wanted;
    wanted.target = AtLsn{moments[i].lsn};
    ExpectMoment(moments[i], wanted);
  }
}

TEST_F(RestoreTest, DryRunTellsThePlanAndWritesNothing) {
  campus.MakeTables();
  ASSERT_THAT(campus.students().Insert({.name = "Alice"}), IsOk());
  Checkpoint();
  RestoreOptions options;
  options.target = AtLsn{2};
  options.dry_run = true;
  const absl::StatusOr<RestoreReport> report = Restore(options);
  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(report->lsn, 2u);
  EXPECT_EQ(report->base_lsn, 0u);
  EXPECT_EQ(report->logs_read, 1u);
  EXPECT_EQ(report->lsn_newest, 4u);
  EXPECT_THAT(campus.disk->List(target), Fails(absl::StatusCode::kNotFound));
}

TEST_F(RestoreTest, MomentsAroundAnAlterationAndADropAreKeptApart) {
  campus.MakeTables();
  std::vector<Moment> moments;
  const auto note = [&] { moments.push_back({Lsn(), 0, campus.State()}); };
  const auto expect_all = [&] {
    for (const Moment& moment : moments) {
      RestoreOptions options;
      options.target = AtLsn{moment.lsn};
      ExpectMoment(moment, options);
    }
  };
  ASSERT_THAT(campus.courses().Insert({.code = "CS1"}), IsOk());
  note();
  AlterCourses(campus, 1);
  note();
  ASSERT_THAT(campus.students().Insert({.name = "Alice"}), IsOk());
  note();
  expect_all();  // the header shows the alteration, and the log begins with it
  ASSERT_THAT(campus.engine->DropTable("enrollment"), IsOk());
  note();
  expect_all();
  Checkpoint();
  expect_all();  // no table has changed since
}

TEST_F(RestoreTest, AnLsnWithinATransactionMeansTheStateBeforeIt) {
  campus.MakeTables();
  const std::string state = campus.State();
  const std::uint64_t lsn = Lsn();
  WriteTransaction transaction = campus.Begin();
  for (int i = 0; i < 5; ++i) {
    ASSERT_THAT(campus.students().Insert(transaction, {.name = "A"}), IsOk());
  }
  ASSERT_THAT(transaction.Commit(), IsOk());
  for (const bool dry_run : {true, false}) {
    RestoreOptions options;
    options.target = AtLsn{lsn + 4};
    options.dry_run = dry_run;
    const absl::StatusOr<RestoreReport> report = Restore(options);
    ASSERT_THAT(report, IsOk());
    EXPECT_EQ(report->lsn, lsn);
  }
  EXPECT_EQ(RestoredState(), state);
}

TEST_F(RestoreTest, AnExistingDirectoryIsLeftAsItIs) {
  campus.MakeTables();
  const testing::Tree before = campus.Files();
  for (const char* to : {kDirectory, "university/x"}) {
    EXPECT_THAT(engine::RestoreDirectory(*campus.disk, kDirectory, to, {}),
                Fails(absl::StatusCode::kInvalidArgument, "itself, or lies in it"));
  }
  ASSERT_THAT(campus.engine->Backup(*campus.disk, "backup", {}), IsOk());
  EXPECT_THAT(engine::RestoreDirectory(*campus.disk, kDirectory, "backup", {}),
              Fails(absl::StatusCode::kAlreadyExists, "not empty"));
  EXPECT_EQ(testing::TreeDifference(before, campus.Files()), "");
}

TEST_F(RestoreTest, ADamagedArchiveIsNamedIfItIsNeeded) {
  campus.MakeTables();
  ASSERT_THAT(campus.students().Insert({.name = "Alice"}), IsOk());
  Checkpoint();
  ASSERT_THAT(campus.students().Insert({.name = "Bob"}), IsOk());
  const std::string state = campus.State();
  testing::Tree tree = campus.Files();
  for (auto& [path, bytes] : tree) {
    if (path.ends_with(".zst")) bytes[bytes.size() / 2] ^= 1;
  }
  campus.engine.reset();
  campus.disk = testing::MakeDisk(tree);
  campus.through = campus.disk.get();
  EXPECT_THAT(RestoreTo(2), Fails(absl::StatusCode::kDataLoss, ".zst"));
}

// A disk on which somebody else makes a database in the directory, whole, just before it is locked.
class OvertakenDisk final : public wal::ForwardingDisk {
 public:
  using ForwardingDisk::ForwardingDisk;

  absl::StatusOr<std::unique_ptr<wal::FileLock>> Lock(const std::string& path,
                                                      const std::string& note) override {
    if (!std::exchange(overtaken_, true)) {
      EXPECT_THAT(engine::RestoreDirectory(disk(), kDirectory, "restored", {}), IsOk());
    }
    return disk().Lock(path, note);
  }

 private:
  bool overtaken_ = false;
};

TEST_F(RestoreTest, DatabaseThatSomebodyElseMadeMeanwhileStays) {
  ASSERT_THAT(campus.students().Insert({.name = "Alice"}), IsOk());
  OvertakenDisk overtaken(*campus.disk);
  EXPECT_THAT(engine::RestoreDirectory(overtaken, kDirectory, "restored", {}),
              Fails(absl::StatusCode::kAlreadyExists, "restored", "not empty"));
  target = "restored";
  EXPECT_EQ(RestoredState(), campus.State());
  EXPECT_EQ(wal::ReadFile(*campus.disk, "restored/LOCK").value_or(""), "");
}

TEST_F(RestoreTest, RestoreThatFailsLeavesTheDirectoryAsItWas) {
  ASSERT_THAT(campus.students().Insert({.name = "Alice"}), IsOk());
  int failures = 0;
  for (bool failed = true; failed; ++failures) {
    testing::RuledDisk disk(*campus.disk);
    int left = failures;
    disk.SetRule([&left](std::string_view, const std::string& path) {
      const bool fails = path.starts_with("restored") && left-- == 0;
      return fails ? absl::ResourceExhaustedError("no space") : absl::OkStatus();
    });
    failed = !engine::RestoreDirectory(disk, kDirectory, "restored", {}).ok();
    EXPECT_EQ(campus.disk->Stat("restored").ok(), !failed) << failures;
    if (HasFailure()) return;
  }
  EXPECT_GT(failures, 20);
}

}  // namespace
}  // namespace linedb
