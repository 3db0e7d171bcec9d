// What an alteration does to the past: a column that was renamed and comes back empty when a moment
// is restored, values that a function made and nobody can make again, a key whose history ends at
// the migration, a purge that leaves the migrated value in the log.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/adopt.h"
#include "engine/engine_repair.h"
#include "engine/history/diff_moments.h"
#include "engine/history/record_history.h"
#include "linedb/diff.h"
#include "linedb/record_history.h"
#include "tests/evolution/altered_cats.h"

namespace linedb {
namespace {

using testing::Campus;
using ::testing::HasSubstr;
using testing::IsOk;
using testing::ManyArchives;
using ::testing::Not;
using testing::Sorted;

class MigratePastTest : public testing::AlteredCats {};

// [schema-13.8]
TEST_F(MigratePastTest, EveryMomentAroundMigrationsCanBeRestored) {
  LiveThrough();
  table.ExpectSameAfterReopening();
  int number = 0;
  for (const auto& [lsn, lines] : moments) {
    SCOPED_TRACE(absl::StrCat("lsn ", lsn));
    RestoreOptions options;
    options.target = AtLsn{lsn};
    const std::string target = absl::StrCat("restored", ++number);
    const auto report =
        engine::RestoreDirectory(*table.campus.disk, testing::kDirectory, target, options);
    ASSERT_THAT(report.status(), IsOk());
    EXPECT_EQ(report->lsn, lsn);
    EXPECT_EQ(Sorted(LinesOf(target)), Sorted(lines));
  }
}

TEST_F(MigratePastTest, CrashBehindAMigrationLosesNothing) {
  LiveThrough();
  MigrateByFunction("twice");
  const std::string lines = table.Lines();
  Campus crashed(table.campus.Files());
  ASSERT_THAT(crashed.Open(ManyArchives()), IsOk());
  const engine::TableCore core(crashed.engine.get(), crashed.engine->FindTable("cat"));
  std::string text;
  auto cursor = core.Scan({});
  for (std::string_view line; cursor->Next(&line);) text += std::string(line) + "\n";
  EXPECT_EQ(text, lines);
  ASSERT_THAT(crashed.Close(), IsOk());
  EXPECT_EQ(crashed.Problems(), "");
}

// The log has the migrated records, and its header shows them: who replayed them would have them
// twice in the file.
TEST_F(MigratePastTest, MigratedRecordsAreNotReplayed) {
  MigrateByFunction();
  const std::string bytes = table.campus.Bytes("data/cat.records");
  Campus crashed(table.campus.Files());
  ASSERT_THAT(crashed.Open(ManyArchives()), IsOk());
  EXPECT_EQ(crashed.Bytes("data/cat.records"), bytes);
  ASSERT_THAT(table.campus.engine->Backup(*table.campus.disk, "copy", {}).status(), IsOk());
  EXPECT_EQ(*wal::ReadFile(*table.campus.disk, "copy/data/cat.records"), bytes);
  table.ExpectSameAfterReopening();
  EXPECT_EQ(table.campus.Bytes("data/cat.records"), bytes);
}

TEST_F(MigratePastTest, HistoryOfARecordGoesThroughMigrations) {
  LiveThrough();
  std::vector<std::string> told;
  const auto read =
      engine::ReadRecordHistory(*table.campus.disk, wal::DatabasePaths(testing::kDirectory), "cat",
                                "1", [&](const RecordVersion& version) {
                                  told.push_back(std::string(version.record));
                                  return true;
                                });
  ASSERT_THAT(read.status(), IsOk());
  EXPECT_THAT(told, ::testing::ElementsAre(
                        R"({"id":1,"name":"Tom","age":3,"nick":"t"})",
                        R"({"id":1,"called":"Tom","age":3.0,"nick":"t"})",
                        R"({"id":1,"called":"Tomcat","age":3.5,"nick":"t"})",
                        R"({"id":1,"called":"Tomcat","age":3.5,"nick":"t","bytes":47})"));
}

TEST_F(MigratePastTest, DifferencesOfMomentsTellWhatAFunctionDid) {
  const std::uint64_t before = Lsn();
  RenameAndWiden();
  const std::uint64_t between = Lsn();
  MigrateByFunction();
  std::string told;
  const auto tell = [&told](const Difference& difference) {
    if (difference.kind != ChangeKind::kUpdate) return true;
    absl::StrAppend(&told, std::string(difference.key), ":");
    for (const ColumnChange& change : difference.columns) {
      absl::StrAppend(&told, " ", std::string(change.column), "=", std::string(change.after));
    }
    told += "\n";
    return true;
  };
  const wal::DatabasePaths paths(testing::kDirectory);
  ASSERT_THAT(
      engine::DiffMoments(*table.campus.disk, paths, AtLsn{between}, AtEnd{}, {}, tell).status(),
      IsOk());
  EXPECT_EQ(told, "1: bytes=44\n2: bytes=45\n3: bytes=45\n");
  told.clear();
  ASSERT_THAT(
      engine::DiffMoments(*table.campus.disk, paths, AtLsn{before}, AtEnd{}, {}, tell).status(),
      IsOk());
  EXPECT_THAT(told, HasSubstr("1: called=\"Tom\" age=3.0 bytes=44\n"));
}

TEST_F(MigratePastTest, PurgeFindsAMigratedRecordEverywhere) {
  LiveThrough();
  MigrateByFunction("twice");
  ASSERT_THAT(table.campus.engine->Purge("cat", {"1"}, {}).status(), IsOk());
  Checkpoint();
  for (const auto& [path, bytes] : table.campus.Files()) {
    EXPECT_THAT(bytes, Not(HasSubstr("Tomcat"))) << path;
  }
  table.ExpectSameAfterReopening();
}

TEST_F(MigratePastTest, FileThatWasEditedBehindAMigrationIsAdopted) {
  LiveThrough();
  MigrateByFunction("twice");
  table.Update(R"({"id":2,"called":"Kat","age":4,"nick":null,"bytes":1,"twice":2})");
  ASSERT_THAT(table.campus.Close(), IsOk());
  testing::Tree tree = table.campus.Files();
  std::string& bytes = tree["data/cat.records"];
  const std::size_t at = bytes.find("Tomcat");
  ASSERT_NE(at, std::string::npos);
  bytes.replace(at, 6, "Thomas");
  Campus edited(tree);
  const auto report =
      engine::AdoptTables(*edited.disk, testing::kDirectory, {"cat"}, AdoptOptions());
  ASSERT_THAT(report.status(), IsOk());
  for (const ImportProblem& problem : report->problems) ADD_FAILURE() << problem.ToString();
  EXPECT_EQ(report->updated, 1u);
  ASSERT_THAT(edited.Open(ManyArchives()), IsOk());
  EXPECT_THAT(edited.State(), HasSubstr("Thomas"));
}

TEST_F(MigratePastTest, RepairTakesOlderLogLinesThroughTheAlterations) {
  RenameAndWiden();
  ASSERT_THAT(table.campus.Close(), IsOk());
  testing::Tree tree = table.campus.Files();
  tree["data/cat.records"] = "rubbish\n";
  tree.erase("data/cat.records.before");
  Campus damaged(tree);
  RepairOptions options;
  const auto report =
      engine::RepairDirectory(*damaged.disk, testing::kDirectory, "repaired", options);
  ASSERT_THAT(report.status(), IsOk());
  auto opened = engine::Engine::Open(nullptr, *damaged.disk, "repaired", ManyArchives());
  ASSERT_THAT(opened.status(), IsOk());
  const engine::TableCore core(opened->get(), (*opened)->FindTable("cat"));
  std::string text;
  auto cursor = core.Scan({});
  for (std::string_view line; cursor->Next(&line);) text += std::string(line) + "\n";
  EXPECT_EQ(Sorted(text), Sorted(moments.rbegin()->second));
}

TEST_F(MigratePastTest, ReaderInAnotherProcessFollowsAMigration) {
  Campus reader;
  reader.through = table.campus.disk.get();
  ASSERT_THAT(reader.OpenToRead(), IsOk());
  RenameAndWiden();
  ASSERT_THAT(reader.engine->Refresh(), IsOk());
  MigrateByFunction();
  ASSERT_THAT(reader.engine->Refresh(), IsOk());
  EXPECT_EQ(reader.State(), table.campus.State());
}

TEST_F(MigratePastTest, BackupBehindAMigrationHasItOnce) {
  MigrateByFunction();
  table.Update(R"({"id":3,"name":"Zoey","age":5,"nick":null,"bytes":1})");
  ASSERT_THAT(table.campus.engine->Backup(*table.campus.disk, "copy", {}).status(), IsOk());
  EXPECT_EQ(LinesOf("copy"), table.Lines());
}

}  // namespace
}  // namespace linedb
