// A table in a document that says what is allowed, and a program that allows something else. Every
// row of the table in schema/FORMAT.md, section 13, is read from the document and tried on a
// database, and what is allowed is stopped at each operation of the disk; and every change that is
// tried has a row.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "tests/evolution/altered_table.h"
#include "tests/evolution/evolution_rows.h"
#include "tests/evolution/stopped_change.h"

namespace linedb {
namespace {

using testing::AlteredTable;
using testing::EvolutionRow;
using testing::Fails;
using testing::IsOk;
using testing::Persons;
using testing::PersonSchema;

void ExpectDone(AlteredTable& table, const TableSchema& wanted, const EvolutionRow& row) {
  const auto done = table.Migrate(wanted, testing::PermissionIn(row.migrate));
  ASSERT_THAT(done.status(), IsOk());
  EXPECT_EQ(testing::ViolationsOf(*done), "");
  EXPECT_TRUE(done->migrated);
  EXPECT_EQ(done->records, 2u);
  EXPECT_EQ(done->rewrote, row.file == "written anew");
  EXPECT_EQ(PlanEvolution(table.Schema(), wanted).ToText(), "");
  table.ExpectSameAfterReopening();
  EXPECT_EQ(table.Core().record_count(), 2u);
}

void Try(const EvolutionRow& row, const testing::Attempt& attempt) {
  TableSchema stored = PersonSchema();
  TableSchema wanted = PersonSchema();
  attempt.stored(stored);
  attempt.wanted(wanted);
  EXPECT_EQ(SchemaDifferences(stored, wanted).empty(), row.opening == "allowed");
  EXPECT_EQ(PlanEvolution(stored, wanted).steps.size(), 1u)
      << PlanEvolution(stored, wanted).ToText();
  AlteredTable table(stored, Persons());
  const std::string before = table.Lines();
  const testing::Tree files = table.campus.Files();
  if (row.migrate != "does it") {
    const bool asks = absl::StartsWith(row.migrate, "asks");
    EXPECT_THAT(table.Migrate(wanted), Fails(asks ? absl::StatusCode::kFailedPrecondition
                                                  : absl::StatusCode::kInvalidArgument));
    EXPECT_EQ(testing::TreeDifference(files, table.campus.Files()), "");
    EXPECT_EQ(table.Lines(), before);
    if (!asks) return;
  }
  ExpectDone(table, wanted, row);
}

// [schema-13.3]
TEST(EvolutionTableTest, EveryRowOfTheDocumentIsAllowedOrRefusedAsItSays) {
  std::map<std::string, std::vector<testing::Attempt>> attempts = testing::AttemptList().Take();
  const std::vector<EvolutionRow> rows = testing::RowsOfTheDocument();
  ASSERT_GT(rows.size(), 30u);
  for (const EvolutionRow& row : rows) {
    const auto tried = attempts.find(row.change);
    ASSERT_NE(tried, attempts.end()) << "no attempt at: " << row.change;
    for (const testing::Attempt& attempt : tried->second) {
      SCOPED_TRACE(row.change);
      Try(row, attempt);
    }
    attempts.erase(tried);
  }
  for (const auto& [change, left] : attempts) ADD_FAILURE() << "the document lacks: " << change;
}

// [schema-13.3] [engine-4.10]
TEST(EvolutionTableTest, EveryRowStoppedAtEachOperationHappensWhollyOrNotAtAll) {
  std::map<std::string, std::vector<testing::Attempt>> attempts = testing::AttemptList().Take();
  int operations = 0;
  for (const EvolutionRow& row : testing::RowsOfTheDocument()) {
    if (row.migrate == "refuses") continue;
    for (const testing::Attempt& attempt : attempts[row.change]) {
      SCOPED_TRACE(row.change);
      TableSchema stored = PersonSchema();
      TableSchema wanted = PersonSchema();
      attempt.stored(stored);
      attempt.wanted(wanted);
      const auto change = [&](engine::Engine& engine) {
        return testing::AlterPersons(engine, wanted, testing::PermissionIn(row.migrate));
      };
      operations += testing::StopEverywhere(stored, change).operations;
    }
  }
  RecordProperty("operations", operations);
  EXPECT_GT(operations, 300);
}

}  // namespace
}  // namespace linedb
