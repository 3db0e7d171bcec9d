// The past of a table that was altered, when it is cut: records that were purged since, and slices
// of the log. A purged record once left a moment that nothing could restore; a slice once began
// with a number that was half of a text.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/history/diff_moments.h"
#include "engine/history/slice_plan.h"
#include "linedb/diff.h"
#include "tests/evolution/altered_cats.h"

namespace linedb {
namespace {

using testing::ColumnOf;
using testing::Fails;
using testing::IsOk;
using testing::Sorted;
using testing::WithoutKeyOne;

class CutPastTest : public testing::AlteredCats {};

// A purge leaves nothing of a record in the alteration's transaction, where functions had put it:
// once no moment behind could be restored any more.
TEST_F(CutPastTest, MomentsCanBeRestoredWithoutAMigratedRecordThatWasPurged) {
  LiveThrough();
  MigrateByFunction("twice");
  ASSERT_THAT(table.campus.engine->Purge("cat", {"1"}, {}).status(), IsOk());
  for (const auto& [lsn, lines] : moments) {
    SCOPED_TRACE(absl::StrCat("lsn ", lsn));
    EXPECT_EQ(Sorted(RestoredLines(lsn)), Sorted(WithoutKeyOne(lines)));
  }
}

// What was purged may be what a record of that time referenced.
TEST_F(CutPastTest, RestoredAlterationIsNotHeldToWhatWasPurgedSince) {
  TableSchema toy;
  toy.table_name = "toy";
  toy.columns = {
      {.name = "id", .type = Type::kInt, .primary_key = true},
      {.name = "cat", .type = Type::kInt, .references = ReferenceSchema{{"cat"}, "cat"}}};
  ASSERT_THAT(table.campus.engine->CreateTable(toy), IsOk());
  const auto toys = [this] {
    return engine::TableCore(table.campus.engine.get(), table.campus.engine->FindTable("toy"));
  };
  WriteTransaction begun = table.campus.Begin();
  ASSERT_THAT(toys().WriteJson(begun, engine::WriteMode::kInsert, R"({"id":5,"cat":1})", nullptr),
              IsOk());
  ASSERT_THAT(begun.Commit(), IsOk());
  toy.checks = {"id > 0"};
  ASSERT_THAT(table.campus.engine->AlterTable(toy), IsOk());
  const std::uint64_t altered = Lsn();
  WriteTransaction ended = table.campus.Begin();
  ASSERT_THAT(toys().Erase(ended, "5"), IsOk());
  ASSERT_THAT(ended.Commit(), IsOk());
  ASSERT_THAT(table.campus.engine->Purge("cat", {"1"}, {}).status(), IsOk());
  RestoreOptions options;
  options.target = AtLsn{altered};
  EXPECT_THAT(
      engine::RestoreDirectory(*table.campus.disk, testing::kDirectory, "then", options).status(),
      IsOk());
}

TEST_F(CutPastTest, SliceBeginsWithRecordsAsTheyWereBeforeAFunction) {
  const std::uint64_t first = Lsn() + 1;
  RenameAndWiden();
  MakeAgesTexts();
  table.Update(R"({"id":2,"called":"Kitty","age":"old","nick":null})");
  ASSERT_THAT(Slice(first, "slice"), IsOk());
  EXPECT_EQ(Sorted(LinesOf("slice")), Sorted(table.Lines()));
  const auto plan = engine::PlanSlice(*table.campus.disk, wal::DatabasePaths(testing::kDirectory),
                                      wal::Lsn{first}, wal::Lsn{Lsn()});
  ASSERT_THAT(plan.status(), IsOk());
  std::string before;
  for (const std::string& record : plan->tables.at("cat").records) before += record + "\n";
  EXPECT_EQ(Sorted(before), Sorted(moments[first - 1]));
}

TEST_F(CutPastTest, SliceDoesNotMaskWhatItsAlterationNarrows) {
  const std::uint64_t first = Lsn() + 1;
  table.Update(R"({"id":1,"name":"7","age":3})");
  table.Update(R"({"id":2,"name":"8","age":3})");
  table.Update(R"({"id":3,"name":"9","age":3})");
  TableSchema wanted = table.Schema();
  ColumnOf(wanted, "name").type = Type::kInt;
  ASSERT_TRUE(table.Migrate(wanted, {Permission::kNarrow})->migrated);
  EXPECT_THAT(Slice(first, "masked", {"cat.name"}),
              Fails(absl::StatusCode::kFailedPrecondition,
                    "table cat, column name: an alteration in the slice narrows its type"));
  EXPECT_THAT(Slice(first, "plain", {"nick"}), IsOk());
}

TEST_F(CutPastTest, DifferencesBeginWithTheColumnsOfTheFirstMoment) {
  const std::uint64_t first = Lsn();
  RenameAndWiden();
  MakeAgesTexts();
  std::vector<std::string> told;
  const auto tell = [&told](const Difference& difference) {
    if (difference.kind == ChangeKind::kUpdate) told.push_back(std::string(difference.before));
    return true;
  };
  ASSERT_THAT(engine::DiffMoments(*table.campus.disk, wal::DatabasePaths(testing::kDirectory),
                                  AtLsn{first}, AtEnd{}, {}, tell)
                  .status(),
              IsOk());
  ASSERT_EQ(told.size(), 3u);
  EXPECT_EQ(told[0], R"({"id":1,"name":"Tom","age":3,"nick":"t"})");
}

}  // namespace
}  // namespace linedb
