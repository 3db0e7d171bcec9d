// What a repair makes of a log that is damaged, and of tables that know more than it.

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "tests/faults/damaged_campus.h"
#include "tests/repair/repair_fixture.h"
#include "tests/wal/forwarding_disk.h"
#include "wal/wal_compression.h"

namespace linedb {
namespace {

using testing::Campus;
using ::testing::HasSubstr;
using testing::IsOk;
using testing::kLog;
using testing::kStudents;
using testing::Mending;
using testing::RepairTest;
using testing::Tree;

TEST_F(RepairTest, LineThatTheLogLostIsTakenFromTheTable) {
  Insert(1, "Alice");
  Insert(2, "Bob");
  Insert(3, "Carol");
  Tree tree = Closed();
  Replace(tree, kLog, R"("record":{"id":2,"name":"Bob")", "nothing that could be told");
  Mending mending(tree);
  const auto report = mending.Run();
  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(mending.State(), state);
  ASSERT_EQ(mending.list.size(), 2U) << mending.Listed();
  EXPECT_EQ(mending.list[1].file, kLog);
  EXPECT_EQ(mending.list[1].line, 4U);
  EXPECT_EQ(mending.list[1].fate, Fate::kRecovered);
  // Bob's line in the table may have suffered, too: nothing says that it did not.
  EXPECT_FALSE(report->complete());
  EXPECT_EQ(mending.list[0].file, kStudents);
  EXPECT_EQ(mending.list[0].fate, Fate::kKept);
  EXPECT_THAT(mending.list[0].reason, HasSubstr("of 1 lines, from line 2 on"));
}

// engine-9.6
TEST_F(RepairTest, LineOfTheLogThatIsPutRightIsListed) {
  Insert(1, "Alice");
  Insert(2, "Bob");
  Insert(3, "Carol");
  const Tree whole = Closed();
  struct Damage {
    const char* old;
    const char* with;
    std::uint64_t line;
    const char* reason;
  };
  constexpr Damage kDamages[] = {
      {R"("record":{"id":2,"name":"Bob")", R"("record":{"id":2,"name":"Bab")", 4, "a byte of it"},
      {R"(,"checksum":")", R"(,"checksun":")", 1, "its end was damaged"},
      {R"("version":1)", R"("version":9)", 1, "its version is not that of its form"},
  };
  for (const Damage& damage : kDamages) {
    Tree tree = whole;
    Replace(tree, kLog, damage.old, damage.with);
    Mending mending(tree);
    const auto report = mending.Run();
    ASSERT_THAT(report, IsOk()) << damage.with;
    EXPECT_EQ(mending.State(), state) << damage.with;
    EXPECT_TRUE(report->complete()) << damage.with;
    EXPECT_EQ(report->recovered, 1U) << damage.with;
    ASSERT_EQ(mending.list.size(), 1U) << damage.with << mending.Listed();
    const DamagedLine& line = mending.list[0];
    EXPECT_EQ(line.file, kLog);
    EXPECT_EQ(line.line, damage.line);
    EXPECT_EQ(line.fate, Fate::kRecovered);
    EXPECT_THAT(line.bytes, HasSubstr(damage.with));
    EXPECT_THAT(line.reason, HasSubstr(damage.reason));
  }
}

TEST_F(RepairTest, IntactTransactionsBehindAHoleInTheLogAreKept) {
  Insert(1, "Alice");
  Insert(2, "Bob");
  Insert(3, "Carol");
  Tree tree = campus.Files();  // crashed, and its table's file was never synced
  state = campus.State();
  tree["LOCK"] = testing::kNoteOfTheDead;
  tree[kStudents].clear();
  Replace(tree, kLog, R"("record":{"id":2,"name":"Bob")", "nothing that could be told");
  Mending mending(tree);
  const auto report = mending.Run();
  ASSERT_THAT(report, IsOk());
  EXPECT_FALSE(report->complete());
  const std::string found = mending.State();
  EXPECT_THAT(found, HasSubstr("Alice"));
  EXPECT_THAT(found, HasSubstr("Carol"));
  EXPECT_TRUE(mending.Lists(kLog, Fate::kLost)) << mending.Listed();
}

TEST_F(RepairTest, RecordsThatOnlyTheLogHasAreKept) {
  Insert(1, "Alice");
  Insert(2, "Bob");
  state = campus.State();
  Tree tree = campus.Files();
  tree["LOCK"] = testing::kNoteOfTheDead;
  tree[kStudents].clear();
  tree["schema/student.schema.json"] = "rubbish";
  Mending mending(tree);
  const auto report = mending.Run();
  ASSERT_THAT(report, IsOk());
  EXPECT_TRUE(report->complete());
  EXPECT_EQ(mending.State(), state);
}

// engine-9.4
TEST_F(RepairTest, UnfinishedTransactionStaysUnfinished) {
  Insert(1, "Alice");
  state = campus.State();
  Tree tree = campus.Files();
  tree["LOCK"] = testing::kNoteOfTheDead;
  tree[kStudents] += "{\"id\":2,\"name\":\"Bob\",\"email\":null,\"gpa\":0.0}\n";
  Mending mending(tree);
  const auto report = mending.Run();
  ASSERT_THAT(report, IsOk());
  EXPECT_TRUE(report->complete());
  EXPECT_EQ(mending.State(), state);
  EXPECT_TRUE(mending.Lists(kStudents, Fate::kNotCounted)) << mending.Listed();
}

TEST_F(RepairTest, LinesBehindTheLogOfAClosedDatabaseAreKeptAndListed) {
  Insert(1, "Alice");
  Tree tree = Closed();
  tree[kStudents] += "{\"id\":2,\"name\":\"Bob\",\"email\":null,\"gpa\":0.0}\n";
  Mending mending(tree);
  const auto report = mending.Run();
  ASSERT_THAT(report, IsOk());
  EXPECT_FALSE(report->complete());
  EXPECT_THAT(mending.State(), HasSubstr("Bob"));
  EXPECT_TRUE(mending.Lists(kStudents, Fate::kKept)) << mending.Listed();
}

TEST_F(RepairTest, LostLogLeavesTheTablesAsTheyAre) {
  Insert(1, "Alice");
  Insert(2, "Bob");
  Update(1, "Alicia");
  Tree tree = Closed();
  tree.erase(kLog);
  Mending mending(tree);
  const auto report = mending.Run();
  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(testing::RecordsIn(mending.State()), testing::RecordsIn(state));
  EXPECT_TRUE(mending.Lists(kLog, Fate::kKept)) << mending.Listed();
}

TEST_F(RepairTest, NewDatabaseGoesOnBehindTheHighestNumberFound) {
  Insert(1, "Alice");
  Checkpoint();
  Insert(2, "Bob");
  const Tree tree = Closed();
  Mending mending(tree);
  const auto report = mending.Run();
  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(report->lsn, 3U);
  mending.State();
  EXPECT_EQ(mending.campus.engine->Stats().last_lsn, 3U);
  EXPECT_EQ(mending.campus.engine->Stats().database, report->database);
  EXPECT_THAT(mending.campus.students().Insert({.name = "Carol"}), IsOk());
  EXPECT_EQ(mending.campus.engine->Stats().last_lsn, 4U);
}

// engine-9.6
TEST_F(RepairTest, LogThatLostItsEndIsNeverCalledComplete) {
  Insert(1, "Alice");
  WriteTransaction transaction = campus.Begin();
  ASSERT_THAT(campus.students().Insert(transaction, {.id = 2, .name = "Bob"}), IsOk());
  ASSERT_THAT(campus.students().Insert(transaction, {.id = 3, .name = "Carol"}), IsOk());
  ASSERT_THAT(transaction.Commit(), IsOk());
  Tree tree = Closed();
  CutLastLine(tree, 0);  // Carol's line, which ends the transaction
  for (const bool has_table : {true, false}) {
    if (!has_table) tree.erase(kStudents);
    Mending mending(tree);
    const auto report = mending.Run();
    ASSERT_THAT(report, IsOk());
    EXPECT_FALSE(report->complete());
    EXPECT_EQ(mending.State() == state, has_table);
    EXPECT_TRUE(mending.Lists(kLog, Fate::kKept)) << mending.Listed();
    EXPECT_THAT(mending.Listed(), HasSubstr("it ends within a transaction"));
  }
}

// engine-9.6
TEST_F(RepairTest, ArchiveInThePlaceOfTheLogIsNotTheWholeOfIt) {
  Insert(1, "Alice");
  Checkpoint();
  Insert(2, "Bob");
  Tree tree = Closed();
  const auto archive = std::find_if(tree.begin(), tree.end(), [](const auto& file) {
    return file.first.starts_with("wal/") && file.first != kLog;
  });
  ASSERT_NE(archive, tree.end());
  const bool is_plain = archive->first.ends_with(".log");
  tree[kLog] = is_plain ? archive->second : *wal::Decompress(archive->second, "archive");
  tree.erase(kStudents);
  Mending mending(tree);
  const auto report = mending.Run();
  ASSERT_THAT(report, IsOk());
  EXPECT_NE(mending.State(), state);
  EXPECT_FALSE(report->complete());
  EXPECT_THAT(mending.Listed(), HasSubstr("another log came after it"));
}

// engine-9.6
TEST_F(RepairTest, ValueChangedBehindALostLogIsNotVouchedFor) {
  Insert(1, "Alice");
  Insert(2, "Bob");
  Tree tree = Closed();
  CutLastLine(tree, 8);
  Replace(tree, kStudents, "Bob", "Rob");
  Mending mending(tree);
  const auto report = mending.Run();
  ASSERT_THAT(report, IsOk());
  EXPECT_FALSE(report->complete());
  EXPECT_TRUE(mending.Lists(kStudents, Fate::kKept)) << mending.Listed();
}

// engine-9.2
TEST_F(RepairTest, DamagedNoteOfTheWriterTakesNothingForUnfinished) {
  Insert(1, "Alice");
  Insert(2, "Bob");
  Tree tree = Closed();
  CutLastLine(tree, 0);
  tree["LOCK"] = "{\"pid\":17,\"prog";
  Mending mending(tree);
  const auto report = mending.Run();
  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(mending.State(), state);
  EXPECT_FALSE(report->complete());
  EXPECT_TRUE(mending.Lists("LOCK", Fate::kNotCounted)) << mending.Listed();
}

// The log's last line but `behind` is gone without a trace.
void DropLine(Tree& tree, int behind) {
  std::string& log = tree.at(kLog);
  std::size_t end = log.size();
  for (; behind > 0; --behind) end = log.rfind('\n', end - 2) + 1;
  const std::size_t begin = log.rfind('\n', end - 2) + 1;
  log.erase(begin, end - begin);
}

// engine-9.6
TEST_F(RepairTest, LineMissingInTheLogIsToldIfTheTableHasItNotEither) {
  Insert(1, "Alice");
  Insert(2, "Bob");
  Tree tree = Closed();
  DropLine(tree, /*behind=*/1);  // Alice's
  for (const bool has_table : {true, false}) {
    if (!has_table) tree.erase(kStudents);
    Mending mending(tree);
    const auto report = mending.Run();
    ASSERT_THAT(report, IsOk());
    EXPECT_FALSE(report->complete());
    EXPECT_EQ(mending.State() == state, has_table);
    EXPECT_TRUE(mending.Lists(kLog, has_table ? Fate::kRecovered : Fate::kLost))
        << mending.Listed();
    if (has_table) continue;
    EXPECT_TRUE(mending.Lists(kStudents, Fate::kLost)) << mending.Listed();
    EXPECT_THAT(mending.Listed(), HasSubstr("1 operations, of lsn 2 to 2, are missing"));
  }
}

// engine-9.6
TEST_F(RepairTest, OldLineBehindTheLogIsNotVouchedForByOperationsOfThePast) {
  Insert(1, "Alice");
  Insert(2, "Bob");
  Checkpoint();
  ASSERT_THAT(campus.students().Erase(1), IsOk());
  Checkpoint();
  Tree tree = Closed();
  std::string& bytes = tree.at(kStudents);
  bytes += bytes.substr(0, bytes.find('\n') + 1);  // Alice's line, again
  std::vector<std::string> archives;
  for (const auto& [path, text] : tree) {
    if (path.starts_with("wal/") && path != kLog) archives.push_back(path);
  }
  ASSERT_EQ(archives.size(), 2U);
  tree.erase(archives[1]);  // of the deletion
  Mending mending(tree);
  const auto report = mending.Run();
  ASSERT_THAT(report, IsOk());
  EXPECT_FALSE(report->complete());
  EXPECT_TRUE(mending.Lists(kStudents, Fate::kKept)) << mending.Listed();
}

// engine-9.6
TEST_F(RepairTest, LostHeaderIsToldWhateverElseIsGone) {
  Insert(1, "Alice");
  const Tree whole = ClosedWithoutPast();
  for (const bool has_log : {true, false}) {
    for (const bool has_records : {true, false}) {
      if (!has_log && !has_records) continue;  // then there is no database
      for (const bool is_closed : {true, false}) {
        Tree tree = whole;
        tree.at(kLog).clear();
        tree.at(kStudents).clear();
        tree.erase("schema/student.schema.json");
        if (!has_log) tree.erase(kLog);
        if (!has_records) tree.erase(kStudents);
        if (!is_closed) tree["LOCK"] = testing::kNoteOfTheDead;
        Mending mending(tree);
        const auto report = mending.Run();
        ASSERT_THAT(report, IsOk());
        EXPECT_FALSE(report->complete()) << mending.Listed();
        EXPECT_TRUE(mending.Lists(kLog, Fate::kKept)) << mending.Listed();
        EXPECT_EQ(mending.State(), "");
      }
    }
  }
}

// A disk on which the database's writer takes a checkpoint whenever its table is opened.
class SwitchingDisk final : public wal::ForwardingDisk {
 public:
  SwitchingDisk(Campus& campus, int switches)
      : ForwardingDisk(*campus.disk), campus_(campus), left_(switches) {}

  absl::StatusOr<std::unique_ptr<wal::File>> Open(const std::string& path,
                                                  wal::OpenMode mode) override {
    if (path == absl::StrCat(testing::kDirectory, "/", kStudents) && left_ > 0) {
      const std::int64_t id = 100 + left_--;
      EXPECT_THAT(campus_.students().Insert({.id = id, .name = "late"}), IsOk());
      EXPECT_THAT(campus_.engine->Checkpoint(), IsOk());
    }
    return disk().Open(path, mode);
  }

 private:
  Campus& campus_;
  int left_;
};

TEST_F(RepairTest, WriterThatSwitchesLogsMeanwhileMakesItReadAgain) {
  Insert(1, "Alice");
  for (const int switches : {3, 1000}) {
    SwitchingDisk disk(campus, switches);
    RepairOptions options;
    options.dry_run = true;
    std::string listed;
    options.on_damage = [&listed](const DamagedLine& line) { listed += line.reason + "; "; };
    const auto report = engine::RepairDirectory(disk, testing::kDirectory, "new", options);
    if (switches > 3) {
      EXPECT_EQ(report.status().code(), absl::StatusCode::kUnavailable);
      continue;
    }
    ASSERT_THAT(report, IsOk());
    EXPECT_EQ(listed, "");
    EXPECT_EQ(report->records, 4U);
  }
}

TEST_F(RepairTest, PurgedRecordsAreNoDamage) {
  Insert(1, "Alice");
  Insert(2, "Bob");
  Checkpoint();
  Insert(3, "Carol");
  Update(2, "Rob");
  ASSERT_THAT(campus.engine->Purge("student", {"2"}, {}), IsOk());
  Insert(4, "Dora");
  const Tree tree = Closed();
  Mending mending(tree);
  const auto report = mending.Run();
  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(mending.Listed(), "");
  EXPECT_EQ(mending.State(), state);
}

}  // namespace
}  // namespace linedb
