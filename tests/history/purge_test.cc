// Somebody has the right to be forgotten, and an archive nobody thought of remembers; or everybody
// else's past is forgotten with it.

#include "linedb/purge.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "engine/history/feed_reader.h"
#include "engine/history/record_history.h"
#include "tests/faults/sanitized.h"
#include "tests/history/purge_campus.h"
#include "tests/history/registrar.h"
#include "tests/history/restore_campus.h"
#include "tests/schema/random_seed.h"

namespace linedb {
namespace {

using testing::Campus;
using testing::Fails;
using testing::FilesWith;
using testing::Forgotten;
using testing::IsOk;
using testing::kDirectory;
using testing::kForgotten;
using testing::kSanitized;
using testing::kSecret;
using testing::TreeDifference;
using testing::WithoutForgotten;

class PurgeTest : public testing::RestoreTest {
 protected:
  void SetUp() override { ASSERT_THAT(campus.Open(testing::PurgeOptionsOfCampus()), IsOk()); }

  absl::StatusOr<PurgeReport> Purge(const std::string& table = "student",
                                    const std::vector<std::string>& keys = {"7"},
                                    bool dry_run = false) {
    return campus.engine->Purge(table, keys, {.dry_run = dry_run});
  }
  // The backup of before is neither brought up to date nor restored with the archives of after.
  void ExpectBackupIsNotBuiltOn() {
    EXPECT_THAT(campus.engine->Backup(*campus.disk, "backup", {}),
                Fails(absl::StatusCode::kFailedPrecondition, "records were purged"));
    RestoreOptions options;
    options.archives = kDirectory;
    EXPECT_THAT(Restore(options, "backup"),
                Fails(absl::StatusCode::kFailedPrecondition, "records were purged"));
  }
  std::vector<std::string> VersionsOf(const std::string& table, const std::string& key) {
    std::vector<std::string> versions;
    const auto read = engine::ReadRecordHistory(
        *campus.disk, wal::DatabasePaths(kDirectory), table, key,
        [&](const RecordVersion& version) {
          versions.push_back(absl::StrCat(version.lsn, " ", testing::VersionText(version)));
          return true;
        });
    if (!read.ok()) versions.push_back(std::string(read.status().message()));
    return versions;
  }
};

// [engine-13.1]
TEST_F(PurgeTest, NoFileHasTheRecordsValuesAfterwards) {
  testing::LiveThroughFourLogs(campus);
  const std::string state = campus.State();
  const std::string before = FilesWith(campus.Files(), kSecret);
  EXPECT_EQ(std::count(before.begin(), before.end(), ';'), 4) << before;
  const absl::StatusOr<PurgeReport> report = Purge();
  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(FilesWith(campus.Files(), kSecret), "");
  EXPECT_EQ(campus.Problems(), "");
  EXPECT_EQ(WithoutForgotten(campus.State()), WithoutForgotten(state));
  EXPECT_THAT(campus.students().Get(kForgotten), Fails(absl::StatusCode::kNotFound));
  EXPECT_TRUE(report->records[0].live);
  EXPECT_EQ(report->records[0].operations, 4u);
  EXPECT_EQ(report->logs, 3u);
  EXPECT_EQ(report->lsn, Lsn());
  // The oldest archive has nothing of the student, and nothing before it that changed.
  EXPECT_EQ(report->logs_rewritten, 3u);
  EXPECT_THAT(Purge(), Fails(absl::StatusCode::kNotFound, "have the key 7"));
  // And it goes on, in this handle and in another.
  ASSERT_THAT(campus.students().Insert({.id = kForgotten, .name = "new"}), IsOk());
  ASSERT_THAT(campus.Close(), IsOk());
  ASSERT_THAT(campus.Open(), IsOk());
  EXPECT_EQ(campus.Notes(), "");
  EXPECT_EQ(campus.students().Get(kForgotten)->name, "new");
  ASSERT_THAT(campus.Close(), IsOk());
  EXPECT_EQ(campus.Problems(), "");
}

// [engine-13.2]
TEST_F(PurgeTest, RandomMomentsEqualTheModelWithoutTheRecord) {
  constexpr int kTransactions = kSanitized ? 300 : 1500;
  std::mt19937_64 random(schema::TestSeed());
  const auto below = [&random](int n) { return static_cast<int>(random() % unsigned(n)); };
  campus.MakeTables();
  ASSERT_THAT(campus.courses().Insert({.code = "CS1"}), IsOk());
  std::vector<testing::Moment> moments;
  for (int i = 0; i < kTransactions; ++i) {
    // Each log has something of the record, whatever chance gives it.
    if (i % (kTransactions / 12) == 1) {
      ASSERT_THAT(campus.students().Upsert(Forgotten(i)), IsOk());
    }
    WriteTransaction transaction = campus.Begin();
    for (int k = below(3); k >= 0; --k) {
      const std::int64_t id = 1 + below(12);
      if (below(3) == 0) {
        campus.students().Erase(transaction, id).IgnoreError();
      } else if (id == kForgotten) {
        ASSERT_THAT(campus.students().Upsert(transaction, Forgotten(i)), IsOk());
      } else {
        ASSERT_THAT(campus.students().Upsert(transaction, {.id = id, .name = absl::StrCat(i)}),
                    IsOk());
      }
    }
    const std::uint64_t lsn = Lsn();
    ASSERT_THAT(transaction.Commit(), IsOk());
    if (Lsn() > lsn) moments.push_back({Lsn(), 0, campus.State()});
    if (i % (kTransactions / 12) == 0) Checkpoint();
    if (i == kTransactions / 2) testing::AlterCourses(campus, i);
  }
  const absl::StatusOr<PurgeReport> report = Purge();
  ASSERT_THAT(report, IsOk());
  EXPECT_GE(report->logs, 12u);
  EXPECT_EQ(FilesWith(campus.Files(), kSecret), "");
  EXPECT_EQ(campus.Problems(), "");
  for (int i = 0; i < (kSanitized ? 10 : 50); ++i) {
    const testing::Moment& moment = moments[static_cast<std::size_t>(below(int(moments.size())))];
    ASSERT_THAT(RestoreTo(moment.lsn), IsOk());
    ASSERT_EQ(WithoutForgotten(RestoredState()), WithoutForgotten(moment.state)) << moment.lsn;
    EXPECT_EQ(restored_lsn, moment.lsn);
  }
  ASSERT_THAT(RestoreTo(Lsn()), IsOk());
  EXPECT_EQ(WithoutForgotten(RestoredState()), WithoutForgotten(campus.State()));
}

// [engine-13.3]
TEST_F(PurgeTest, LogOfThePurgedKeySaysThatItWasPurged) {
  testing::LiveThroughFourLogs(campus);
  ASSERT_THAT(Purge(), IsOk());
  const std::string purged = absl::StrCat(Lsn(), " PURGE student");
  EXPECT_EQ(VersionsOf("student", "7"), std::vector<std::string>{purged});
  ASSERT_THAT(campus.students().Insert({.id = kForgotten, .name = "new"}), IsOk());
  EXPECT_EQ(VersionsOf("student", "7").size(), 2u);
  EXPECT_EQ(VersionsOf("student", "3").size(), 2u);
}

TEST_F(PurgeTest, DryRunCountsTheSameAndWritesNothing) {
  testing::LiveThroughFourLogs(campus);
  const testing::Tree before = campus.Files();
  const absl::StatusOr<PurgeReport> counted = Purge("student", {"7"}, /*dry_run=*/true);
  ASSERT_THAT(counted, IsOk());
  EXPECT_EQ(TreeDifference(before, campus.Files()), "");
  Campus reader(before);
  ASSERT_THAT(reader.OpenToRead(), IsOk());
  const auto beside = reader.engine->Purge("student", {"7"}, {.dry_run = true});
  ASSERT_THAT(beside, IsOk());
  EXPECT_THAT(reader.engine->Purge("student", {"7"}, {}),
              Fails(absl::StatusCode::kFailedPrecondition, "opened for reading only"));
  const absl::StatusOr<PurgeReport> done = Purge();
  ASSERT_THAT(done, IsOk());
  for (const PurgeReport& report : {*counted, *beside}) {
    EXPECT_TRUE(report.records[0].live);
    EXPECT_EQ(report.records[0].operations, done->records[0].operations);
    EXPECT_EQ(report.records[0].lines, done->records[0].lines);
    EXPECT_EQ(report.logs, done->logs);
  }
}

TEST_F(PurgeTest, AKeyThatIsNamedTwiceIsPurgedOnce) {
  testing::LiveThroughFourLogs(campus);
  ASSERT_THAT(Purge("student", {"7", " 7", "7"}), IsOk());
  EXPECT_EQ(FilesWith(campus.Files(), kSecret), "");
  EXPECT_EQ(campus.Problems(), "");
}

TEST_F(PurgeTest, AKeyOfWhichThereIsNothingChangesNothing) {
  testing::LiveThroughFourLogs(campus);
  const testing::Tree before = campus.Files();
  EXPECT_THAT(Purge("student", {"7", "99"}),
              Fails(absl::StatusCode::kNotFound, "neither table student nor the logs", "99"));
  EXPECT_THAT(Purge("student", {"x"}), Fails(absl::StatusCode::kInvalidArgument, "key (id)"));
  EXPECT_THAT(Purge("nobody", {"1"}), Fails(absl::StatusCode::kNotFound, "has a table"));
  EXPECT_EQ(TreeDifference(before, campus.Files()), "");
}

// [engine-13.4]
TEST_F(PurgeTest, FollowersFromBeforeAreToldThatHistoryHasChanged) {
  testing::LiveThroughFourLogs(campus);
  const wal::DatabasePaths paths(kDirectory);
  engine::FeedReader open(*campus.disk, paths);
  ASSERT_THAT(open.StartAtNewest(), IsOk());
  const FeedPosition before = open.position();
  ASSERT_THAT(Purge(), IsOk());
  EXPECT_THAT(engine::FeedReader(*campus.disk, paths).StartAt(before),
              Fails(absl::StatusCode::kAborted, "history has changed", "a purge"));
  CommittedTransaction transaction;
  absl::StatusOr<bool> next = open.Next({}, &transaction);
  if (next.ok() && *next) next = open.Next({}, &transaction);  // the deletion
  EXPECT_THAT(next, Fails(absl::StatusCode::kAborted, "history has changed"));
  // Whoever begins anew is given all that is left, and what was purged by its hash.
  engine::FeedReader anew(*campus.disk, paths);
  ASSERT_THAT(anew.StartAt({}), IsOk());
  std::uint64_t purged = 0;
  std::uint64_t changes = 0;
  std::string record;
  for (;;) {
    next = anew.Next({}, &transaction);
    ASSERT_THAT(next, IsOk());
    if (!*next) break;
    for (const Change& change : transaction.changes) {
      ++changes;
      purged += change.kind == ChangeKind::kPurged ? 1 : 0;
      if (change.kind == ChangeKind::kPurge) record = change.record;
    }
  }
  EXPECT_EQ(changes, Lsn());
  EXPECT_EQ(purged, 5u);
  EXPECT_EQ(record,
            absl::StrCat(R"({"records":[{"key_hash":")", wal::FormatChecksum(wal::ChecksumOf("7")),
                         R"(","live":true,"operations":5}]})"));
}

TEST_F(PurgeTest, ReadersGoOnAndSnapshotsSeeWhatTheySaw) {
  testing::LiveThroughFourLogs(campus);
  Campus reader;
  reader.through = campus.disk.get();
  ASSERT_THAT(reader.OpenToRead(), IsOk());
  const auto snapshot = campus.engine->TakeSnapshot();
  ASSERT_THAT(snapshot, IsOk());
  const ReadTransaction before(campus.engine.get(), *snapshot);
  ASSERT_THAT(Purge(), IsOk());
  EXPECT_EQ(campus.students().Get(before, kForgotten)->name, absl::StrCat(kSecret, 3));
  ASSERT_THAT(reader.engine->Refresh(), IsOk());
  EXPECT_EQ(reader.State(), campus.State());
}

// [engine-13.5]
TEST_F(PurgeTest, TablesThatAreGoneOrAlteredLoseTheRecordToo) {
  ASSERT_THAT(campus.enrollments().Insert({1, 7, kSecret}), IsOk());
  ASSERT_THAT(campus.enrollments().Insert({1, 8, "kept"}), IsOk());
  ASSERT_THAT(campus.courses().Insert({.code = kSecret}), IsOk());
  testing::AlterCourses(campus, 1);
  Checkpoint();
  ASSERT_THAT(campus.engine->DropTable("enrollment"), IsOk());
  ASSERT_THAT(Purge("enrollment", {"[1,7]"}), IsOk());
  EXPECT_EQ(VersionsOf("enrollment", "[1,7]").size(), 1u);
  EXPECT_EQ(VersionsOf("enrollment", "[1,8]").size(), 2u);
  ASSERT_THAT(Purge("course", {"1"}), IsOk());
  EXPECT_EQ(FilesWith(campus.Files(), kSecret), "");
  EXPECT_NE(FilesWith(campus.Files(), "kept"), "");
  EXPECT_EQ(campus.Problems(), "");
  ASSERT_THAT(campus.Close(), IsOk());
  ASSERT_THAT(campus.Open(), IsOk());
  EXPECT_EQ(campus.Notes(), "");
}

// A guess at the record must not be confirmed by a checksum of the table as it was.
// [engine-13.6]
TEST_F(PurgeTest, NoChecksumOfTheTableWithTheRecordIsLeft) {
  campus.students();
  ASSERT_THAT(campus.students().Insert({.id = 1, .name = "first"}), IsOk());
  Checkpoint();
  const std::string kept = campus.Bytes("wal/transaction.log");
  ASSERT_THAT(campus.students().Insert(Forgotten(1)), IsOk());
  Checkpoint();
  ASSERT_THAT(campus.students().Insert({.id = 8, .name = "last"}), IsOk());
  Checkpoint();
  ASSERT_THAT(Purge(), IsOk());
  const std::string none = R"("checksum":"0000000000000000","schema_version")";
  const std::string archives = FilesWith(campus.Files(), none);
  EXPECT_EQ(std::count(archives.begin(), archives.end(), ';'), 2) << archives;
  // The table still begins with what it had before: that checksum can be built on.
  EXPECT_NE(FilesWith(campus.Files(), kept.substr(kept.find("\"tables\""), 80)), "");
}

// [engine-13.7]
TEST_F(PurgeTest, BackupsFromBeforeAreNotTakenForTheSame) {
  testing::LiveThroughFourLogs(campus);
  ASSERT_THAT(campus.engine->Backup(*campus.disk, "backup", {}), IsOk());
  ASSERT_THAT(Purge(), IsOk());
  ExpectBackupIsNotBuiltOn();
  RestoreOptions options;
  options.archives = kDirectory;
  ASSERT_THAT(campus.engine->Backup(*campus.disk, "backup2", {}), IsOk());
  ASSERT_THAT(campus.students().Insert({.name = "later"}), IsOk());
  ASSERT_THAT(Restore(options, "backup2"), IsOk());
  EXPECT_EQ(WithoutForgotten(RestoredState()), WithoutForgotten(campus.State()));
}

// The backup was made when the log had just begun, so that nothing of it is another one since.
TEST_F(PurgeTest, ABackupWithAnEmptyLogIsNotBuiltOn) {
  campus.students();
  ASSERT_THAT(campus.students().Insert(Forgotten(1)), IsOk());
  Checkpoint();
  ASSERT_THAT(campus.engine->Backup(*campus.disk, "backup", {}), IsOk());
  ASSERT_THAT(campus.students().Insert({.id = 1, .name = "other"}), IsOk());
  ASSERT_THAT(Purge(), IsOk());
  ExpectBackupIsNotBuiltOn();
}

// Archives of after, beside the log of before.
TEST_F(PurgeTest, ABackupThatAPurgeOvertakesIsMadeAgain) {
  testing::LiveThroughFourLogs(campus);
  BackupOptions options;
  bool purged = false;
  options.progress = [&](std::uint64_t, std::uint64_t) {
    if (!std::exchange(purged, true)) {
      EXPECT_THAT(Purge(), IsOk());
    }
    return true;
  };
  EXPECT_THAT(campus.engine->Backup(*campus.disk, "backup", options),
              Fails(absl::StatusCode::kUnavailable, "records were purged while it was copied"));
  ASSERT_THAT(campus.engine->Backup(*campus.disk, "backup", options), IsOk());
  const auto verified = engine::VerifyDatabase(*campus.disk, wal::DatabasePaths("backup"));
  ASSERT_THAT(verified, IsOk());
  EXPECT_TRUE(verified->problems.empty());
}

// [engine-13.8]
TEST_F(PurgeTest, FilesKeptForAPersonLoseTheRecordsLines) {
  testing::LiveThroughFourLogs(campus);
  ASSERT_THAT(campus.Close(), IsOk());
  testing::Tree tree = campus.Files();
  const std::string line = R"({"id":7,"name":"mallory9","email":null,"gpa":1.0})";
  tree["data/student.records.surplus"] = line +
                                         "\n{\"id\":8,\"name\":\"x\",\"email\":null,"
                                         "\"gpa\":1.0}\n{\"$deleted\":true,\"id\":7}\n";
  tree["data/student.records.surplus.2"] = line.substr(0, 9);
  const std::string& log = tree["wal/transaction.log"];
  tree["wal/transaction.log.surplus"] = log.substr(log.find('\n') + 1);
  Campus other(tree);
  ASSERT_THAT(other.Open(testing::PurgeOptionsOfCampus()), IsOk());
  const auto report = other.engine->Purge("student", {"7"}, {});
  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(report->surplus_lines, 3u);
  EXPECT_EQ(FilesWith(other.Files(), kSecret), "");
  EXPECT_NE(other.Bytes("data/student.records.surplus").find("\"x\""), std::string::npos);
  ASSERT_EQ(report->notes.size(), 1u);
  EXPECT_EQ(report->notes[0],
            "data/student.records.surplus.2 line 1 byte 0: cannot be read, and stays as it is");
}

TEST_F(PurgeTest, ADamagedArchiveIsNamedAndNothingIsDone) {
  testing::LiveThroughFourLogs(campus);
  ASSERT_THAT(campus.Close(), IsOk());
  testing::Tree tree = campus.Files();
  for (auto& [path, bytes] : tree) {
    if (path.ends_with(".zst")) bytes[bytes.size() / 2] ^= 1;
  }
  Campus damaged(tree);
  ASSERT_THAT(damaged.Open(testing::PurgeOptionsOfCampus()), IsOk());
  const testing::Tree before = damaged.Files();
  EXPECT_THAT(damaged.engine->Purge("student", {"7"}, {}),
              Fails(absl::StatusCode::kDataLoss, ".log.zst"));
  EXPECT_EQ(TreeDifference(before, damaged.Files()), "");
}

TEST_F(PurgeTest, SeveralKeysGoInOnePurge) {
  testing::LiveThroughFourLogs(campus);
  const auto report = Purge("student", {"7", "3", "2"});
  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(report->records.size(), 3u);
  EXPECT_FALSE(report->records[2].live);
  EXPECT_EQ(FilesWith(campus.Files(), "other2"), "");
  EXPECT_EQ(FilesWith(campus.Files(), "third"), "");
  EXPECT_NE(FilesWith(campus.Files(), "other1"), "");
  EXPECT_EQ(campus.Problems(), "");
}

}  // namespace
}  // namespace linedb
