// Guards against checkpoints that describe something else than the files, and against housekeeping
// that nobody asked for: logs rotated or files rewritten without need.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "engine/storage/block_checksum.h"
#include "nlohmann/json.hpp"
#include "tests/engine/campus.h"
#include "wal/wal_archive.h"
#include "wal/wal_format.h"

namespace linedb {
namespace {

using testing::Campus;
using testing::Enrollment;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsOk;
using testing::Student;
using testing::Tree;
using testing::TreeDifference;

constexpr char kLog[] = "wal/transaction.log";
constexpr char kRecords[] = "data/student.records";

class CheckpointTest : public ::testing::Test {
 protected:
  void SetUp() override { Open(); }
  void Open() {
    ASSERT_THAT(campus.Open(options), IsOk());
    campus.MakeTables();
  }
  void Reopen() {
    ASSERT_THAT(campus.Close(), IsOk());
    Open();
  }
  void Enrol(int count) {
    for (int i = 0; i < count; ++i) {
      ASSERT_THAT(campus.students().Insert({.name = "student"}), IsOk());
    }
  }
  void Rename(std::int64_t id) {
    ASSERT_THAT(campus.students().Update({.id = id, .name = "renamed"}), IsOk());
  }
  CheckpointReport Checkpoint() { return campus.engine->Checkpoint().value(); }
  std::int64_t Lines() {
    const std::string bytes = campus.Bytes(kRecords);
    return std::count(bytes.begin(), bytes.end(), '\n');
  }
  std::vector<std::string> Archives() {
    std::vector<std::string> names;
    for (const auto& [path, bytes] : campus.Files()) {
      if (path.starts_with("wal/") && path != kLog) names.push_back(path);
    }
    return names;
  }
  std::string Identity(const std::string& path) {
    return campus.disk->Stat(absl::StrCat(testing::kDirectory, "/", path))->identity;
  }

  Options options;
  Campus campus;
};

// [engine-3.1] [engine-4.4]
TEST_F(CheckpointTest, HeaderSaysWhatTheFilesHold) {
  options.compaction_bytes_small = 0;  // so that a table has superseded lines
  options.compaction_share_min = 1;
  Reopen();
  Enrol(3);
  Rename(2);
  ASSERT_THAT(campus.students().Erase(3), IsOk());
  ASSERT_THAT(campus.enrollments().Insert({.student_id = 1}), IsOk());
  EXPECT_TRUE(Checkpoint().needed);
  const std::string log = campus.Bytes(kLog);
  EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 1);
  const nlohmann::json header = nlohmann::json::parse(log);
  EXPECT_EQ(header["format"], "linedb-wal");
  for (const auto& [path, bytes] : campus.Files()) {
    if (!path.starts_with("data/")) continue;
    const auto& table = header["tables"][path.substr(5, path.find('.') - 5)];
    EXPECT_EQ(table["bytes"], bytes.size()) << path;
    EXPECT_EQ(table["lines"], std::count(bytes.begin(), bytes.end(), '\n')) << path;
    EXPECT_EQ(table["checksum"], wal::FormatChecksum(engine::BlockChecksumOf(bytes))) << path;
  }
  EXPECT_EQ(header["tables"]["student"]["lines"], 5);
  EXPECT_EQ(header["tables"]["student"]["live"], 2);
  EXPECT_EQ(header["tables"]["student"]["next_id"], 4);
  EXPECT_EQ(header["tables"]["enrollment"]["live"], 1);
}

TEST_F(CheckpointTest, ArchiveIsNamedByItsLinesAndCompressed) {
  Enrol(2);  // lsn 4 and 5, behind the three tables'
  const std::string log = campus.Bytes(kLog);
  const CheckpointReport report = Checkpoint();
  EXPECT_EQ(report.lsn, 5U);
  EXPECT_THAT(report.archive,
              ::testing::MatchesRegex("transaction\\.[0-9]{8}_[0-9]{6}\\.1-5\\.log"));
  EXPECT_THAT(Archives(), ::testing::ElementsAre("wal/" + report.archive + ".zst"));
  const auto archives = wal::ListArchives(*campus.disk, wal::DatabasePaths(testing::kDirectory));
  EXPECT_EQ(wal::ReadArchive(*campus.disk, archives->front()).value(), log);
  EXPECT_EQ(report.log_bytes_before, log.size());
  EXPECT_EQ(report.log_bytes_after, campus.Bytes(kLog).size());
  EXPECT_EQ(campus.Problems(), "");
}

// [engine-4.5]
TEST_F(CheckpointTest, SmallTableIsCompactedSoThatLinesAreRecords) {
  Enrol(4);
  Rename(1);
  ASSERT_THAT(campus.students().Erase(2), IsOk());
  EXPECT_EQ(Lines(), 6);
  const std::string state = campus.State();
  const CheckpointReport report = Checkpoint();
  EXPECT_THAT(report.tables_compacted, ::testing::ElementsAre("student"));
  EXPECT_EQ(report.lines_dropped, 3U);
  EXPECT_EQ(Lines(), 3);
  EXPECT_THAT(campus.Bytes(kRecords), ::testing::Not(HasSubstr("$deleted")));
  EXPECT_EQ(campus.State(), state);
  EXPECT_EQ(campus.students().Get(1)->name, "renamed");
  Reopen();
  EXPECT_EQ(campus.State(), state);
}

// [engine-4.5]
TEST_F(CheckpointTest, LargeTableIsCompactedByItsShareOfSupersededLines) {
  options.compaction_bytes_small = 0;
  Reopen();
  Enrol(4);
  for (int i = 1; i <= 4; ++i) Rename(i);
  EXPECT_THAT(Checkpoint().tables_compacted, IsEmpty()) << "a half is not more than a half";
  EXPECT_EQ(Lines(), 8);
  Rename(1);
  EXPECT_THAT(Checkpoint().tables_compacted, ::testing::ElementsAre("student"));
  EXPECT_EQ(Lines(), 4);
}

TEST_F(CheckpointTest, ScanOverACheckpointSeesItsOldState) {
  Enrol(300);
  engine::RecordCursor cursor = campus.students().core().Scan({}).value();
  std::string_view first;
  ASSERT_TRUE(cursor.Next(&first));
  for (int i = 1; i <= 300; i += 2) Rename(i);
  for (int i = 2; i <= 300; i += 2) ASSERT_THAT(campus.students().Erase(i), IsOk());
  EXPECT_EQ(Checkpoint().lines_dropped, 450U);
  Enrol(10);
  int seen = 1;
  for (std::string_view line; cursor.Next(&line); ++seen) {
    ASSERT_THAT(std::string(line), HasSubstr("\"name\":\"student\""));
  }
  EXPECT_EQ(seen, 300);
  EXPECT_THAT(std::string(first), HasSubstr("{\"id\":1,\"name\":\"student\""));
}

// [engine-5.5]
TEST_F(CheckpointTest, ReaderGoesOnBesideAWriterThatCheckpoints) {
  Enrol(5);
  Campus reader(testing::MakeDisk({}));
  reader.through = campus.disk.get();
  ASSERT_THAT(reader.OpenToRead(), IsOk());
  const std::string state = reader.State();
  for (int i = 1; i <= 5; ++i) Rename(i);
  Checkpoint();
  Enrol(200);
  EXPECT_EQ(reader.State(), state);
  EXPECT_THAT(reader.engine->Begin(),
              testing::Fails(absl::StatusCode::kFailedPrecondition, "reading only"));
  ASSERT_THAT(reader.OpenToRead(), IsOk());
  EXPECT_EQ(reader.State(), campus.State());
}

TEST_F(CheckpointTest, NothingToDoChangesNoByte) {
  Enrol(2);
  EXPECT_TRUE(Checkpoint().needed);
  const Tree files = campus.Files();
  EXPECT_FALSE(Checkpoint().needed);
  EXPECT_EQ(TreeDifference(files, campus.Files()), "");
}

// [engine-4.7] [engine-5.3]
TEST_F(CheckpointTest, ClosingAndOpeningNeitherRotatesNorRewrites) {
  Enrol(3);
  Rename(2);
  const std::string state = campus.State();
  ASSERT_THAT(campus.Close(), IsOk());
  const Tree files = campus.Files();
  const std::string log = Identity(kLog);
  for (int i = 0; i < 3; ++i) {
    Open();
    EXPECT_FALSE(campus.engine->report().recovered);
    EXPECT_EQ(campus.State(), state);
    ASSERT_THAT(campus.Close(), IsOk());
    EXPECT_EQ(TreeDifference(files, campus.Files()), "");
    EXPECT_EQ(Identity(kLog), log);
  }
  EXPECT_THAT(Archives(), IsEmpty());
}

TEST_F(CheckpointTest, LogGrownTooLongIsCheckpointedByItself) {
  options.log_bytes_max = 4000;
  Reopen();
  Enrol(100);
  // In the background: how often it comes depends on the threads, that it comes does not.
  while (campus.engine->Stats().log_bytes > options.log_bytes_max) std::this_thread::yield();
  const Statistics statistics = campus.engine->Stats();
  EXPECT_GT(statistics.checkpoints, 0U);
  EXPECT_EQ(statistics.maintenance_failure, "");
  EXPECT_EQ(statistics.commits, 100U);
  EXPECT_EQ(campus.students().size(), 100U);
  ASSERT_THAT(campus.Close(), IsOk());
  EXPECT_EQ(campus.Problems(), "");
}

TEST_F(CheckpointTest, OnlySoManyArchivesAreKept) {
  options.archives_kept = 2;
  Reopen();
  std::string last;
  for (int i = 0; i < 5; ++i) {
    Enrol(1);
    last = Checkpoint().archive;
  }
  EXPECT_EQ(Archives().size(), 2U);
  EXPECT_EQ(Archives().back(), "wal/" + last + ".zst");
  EXPECT_EQ(campus.engine->Stats().archive_count, 2U);
  EXPECT_EQ(campus.Problems(), "");
}

TEST_F(CheckpointTest, StatisticsTellOfTheCurrentLog) {
  Enrol(2);
  Statistics statistics = campus.engine->Stats();
  EXPECT_EQ(statistics.database.size(), 32U);
  EXPECT_EQ(statistics.epoch, 1U);
  EXPECT_EQ(statistics.log_lines, 5U);
  EXPECT_EQ(statistics.last_lsn, 5U);
  EXPECT_EQ(statistics.checkpoint_lsn, 0U);
  EXPECT_EQ(statistics.log_bytes, campus.Bytes(kLog).size());
  Checkpoint();
  statistics = campus.engine->Stats();
  EXPECT_EQ(statistics.epoch, 2U);
  EXPECT_EQ(statistics.log_lines, 0U);
  EXPECT_EQ(statistics.checkpoint_lsn, 5U);
  EXPECT_EQ(statistics.checkpoints, 1U);
  EXPECT_THAT(campus.Bytes(kLog), HasSubstr(statistics.checkpoint_time));
}

// A checkpoint without operations keeps the epoch, but is one all the same.
TEST_F(CheckpointTest, CompactionAloneIsACheckpointOfItsOwnTime) {
  options.compaction_bytes_small = 0;
  options.compaction_share_min = 1;
  Reopen();
  Enrol(1);
  Rename(1);
  Checkpoint();
  options = Options();
  Reopen();
  EXPECT_THAT(Checkpoint().tables_compacted, ::testing::ElementsAre("student"));
  EXPECT_THAT(campus.Bytes(kLog), HasSubstr(campus.engine->Stats().checkpoint_time));
  EXPECT_EQ(Lines(), 1);
}

}  // namespace
}  // namespace linedb
