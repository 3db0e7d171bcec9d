// Checks and files: what a table was altered to, loaded from, adopted as, or damaged to. Guards
// against a file that brings in what no call would have let in, and against a check that makes a
// table that is well pass for damaged.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "engine/adopt.h"
#include "engine/engine_exchange.h"
#include "engine/engine_slice.h"
#include "tests/checks/pupil.h"
#include "tests/engine/campus.h"
#include "tests/repair/mending.h"

namespace linedb {
namespace {

using testing::Campus;
using ::testing::HasSubstr;
using testing::IsOk;
using testing::kDirectory;
using ::testing::Not;
using testing::Pupil;
using testing::Tree;

constexpr char kRecords[] = "data/pupil.records";

std::string Replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, text.npos) << from << " is not in " << text;
  return at == text.npos ? text : text.replace(at, from.size(), to);
}

class CheckedFilesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    options.maintenance = Maintenance::kManual;
    options.compaction_bytes_small = 0;  // superseded lines stay where they are
    options.compaction_share_min = 1;
    ASSERT_THAT(campus.Open(options), IsOk());
    ASSERT_THAT(pupils().Insert({1, "Ann", 4.0}), IsOk());
    ASSERT_THAT(pupils().Insert({2, "Bob", 3.5}), IsOk());
  }
  Table<Pupil> pupils() { return campus.TableOf<Pupil>(); }
  TableSchema Schema() { return campus.engine->FindTable("pupil")->layout().schema(); }
  Tree Closed() {
    EXPECT_THAT(campus.Close(), IsOk());
    return campus.Files();
  }
  static void ForgetPast(Tree& tree) {
    std::erase_if(tree, [](const auto& file) {
      return file.first.starts_with("wal/") && file.first != "wal/transaction.log";
    });
  }

  Options options;
  Campus campus;
};

TEST_F(CheckedFilesTest, ChecksStandInTheSchemaFileAndHoldAfterReopening) {
  const std::string schema = Closed().at("schema/pupil.schema.json");
  EXPECT_THAT(schema, HasSubstr("\"format\": 2"));
  EXPECT_THAT(schema, HasSubstr(R"("check": "gpa >= 0 and gpa <= 4")"));
  EXPECT_THAT(schema, HasSubstr(R"("checks": ["starts_with(name, 'Dr ') or age >= 6"])"));
  ASSERT_THAT(campus.Open(options), IsOk());
  EXPECT_EQ(pupils().Insert({3, "Cid", 5.0}).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(pupils().Insert({3, "Cid", 3.0, 1}).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(pupils().Insert({3, "Cid", 3.0}), IsOk());
}

// [schema-9.3]
TEST_F(CheckedFilesTest, ATableWithACheckThatDoesNotFitIsNotCreated) {
  TableSchema schema = {.table_name = "t", .columns = {{.name = "a", .check = "a > 1"}}};
  const absl::Status created = campus.engine->CreateTable(schema);
  EXPECT_EQ(created.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(created.message()),
              HasSubstr("table t: column a: check \"a > 1\": a > 1: column a (str) cannot be "
                        "compared with 1 (int)"));
  EXPECT_EQ(campus.engine->FindTable("t"), nullptr);
}

// [schema-9.9]
TEST_F(CheckedFilesTest, ATableIsAlteredToACheckOnlyIfNoRecordBreaksIt) {
  TableSchema stricter = Schema();
  stricter.checks.push_back("name < 'Bob'");
  const std::string state = campus.State();
  const absl::Status refused = campus.engine->AlterTable(stricter);
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition) << refused;
  EXPECT_THAT(std::string(refused.message()),
              HasSubstr("line 2: pupil.name: check \"name < 'Bob'\" is false (record 2)"));
  EXPECT_EQ(campus.State(), state);
  EXPECT_THAT(pupils().Insert({3, "Zoe"}), IsOk());  // the check is not in force
  ASSERT_THAT(pupils().Erase(3), IsOk());
  ASSERT_THAT(pupils().Update({2, "Abe", 3.5}), IsOk());
  ASSERT_THAT(campus.engine->AlterTable(stricter), IsOk());
  engine::TableCore core(campus.engine.get(), campus.engine->FindTable("pupil"));
  const auto insert = [&core](const std::string& record) {
    auto transaction = core.Begin();
    EXPECT_THAT(transaction, IsOk());
    std::string key;
    absl::Status done = core.WriteJson(*transaction, engine::WriteMode::kInsert, record, &key);
    return done.ok() ? transaction->Commit() : done;
  };
  EXPECT_EQ(insert(R"({"id":4,"name":"Zoe","age":9})").code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(insert(R"({"id":4,"name":"Amy","age":9})"), IsOk());
  ASSERT_THAT(campus.Close(), IsOk());
  EXPECT_EQ(campus.Problems(), "");
}

// [schema-9.9]
TEST_F(CheckedFilesTest, VerifyNamesRecordsThatBreakACheckButNotTheirOlderVersions) {
  ASSERT_THAT(pupils().Update({1, "Ann", 3.0}), IsOk());
  ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
  ASSERT_THAT(pupils().Update({2, "Bob", 2.0}), IsOk());
  Tree tree = Closed();
  EXPECT_EQ(campus.Problems(), "");
  // The schema as it would have to be for these records to break it.
  const auto problems = [&tree](const std::string& check) {
    Tree changed = tree;
    changed["schema/pupil.schema.json"] =
        Replaced(tree.at("schema/pupil.schema.json"), "gpa >= 0 and gpa <= 4", check);
    return Campus(changed).Problems();
  };
  EXPECT_THAT(problems("gpa <= 3.25 and gpa > 1.5"), Not(HasSubstr(" check: ")));
  EXPECT_THAT(
      problems("gpa <= 2.5"),
      HasSubstr("data/pupil.records line 3 byte 82 check: pupil.gpa: check \"gpa <= 2.5\" "
                "is false for the record {\"id\":1,\"name\":\"Ann\",\"gpa\":3.0,\"age\":10}"));
  EXPECT_THAT(
      problems("gpa > 2.5"),
      HasSubstr("data/pupil.records line 4 byte 123 check: pupil.gpa: check \"gpa > 2.5\" "
                "is false for the record {\"id\":2,\"name\":\"Bob\",\"gpa\":2.0,\"age\":10}"));
}

// [schema-9.8]
TEST_F(CheckedFilesTest, AnAdoptedFileMayNotBreakAnyCheck) {
  ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
  Tree tree = Closed();
  tree[kRecords] = Replaced(tree[kRecords], "3.5", "8.5");
  Campus after(tree);
  const auto report = engine::AdoptTables(*after.disk, kDirectory, {"pupil"}, {});
  ASSERT_THAT(report, IsOk());
  ASSERT_EQ(report->problems.size(), 1u);
  EXPECT_THAT(report->problems[0].ToString(),
              HasSubstr("records:2:1: pupil.gpa: check \"gpa >= 0 and gpa <= 4\" is false"));
  EXPECT_FALSE(report->committed);
  EXPECT_EQ(after.Files(), tree);
}

// [schema-9.8]
TEST_F(CheckedFilesTest, ALoadRefusesWhatBreaksACheck) {
  std::ostringstream output;
  ASSERT_THAT(engine::DumpDatabase(*campus.engine, output, {}), IsOk());
  std::istringstream whole(output.str());
  const auto loaded = engine::LoadDirectory(*campus.disk, "whole", whole, {});
  ASSERT_THAT(loaded, IsOk());
  EXPECT_TRUE(loaded->loaded);
  std::istringstream input(Replaced(output.str(), "\"gpa\":3.5", "\"gpa\":8.5"));
  const auto report = engine::LoadDirectory(*campus.disk, "copy", input, {});
  ASSERT_THAT(report, IsOk());
  EXPECT_FALSE(report->loaded);
  ASSERT_FALSE(report->problems.empty());
  EXPECT_THAT(report->problems[0].ToString(),
              HasSubstr("pupil.gpa: check \"gpa >= 0 and gpa <= 4\" is false for the record "
                        "{\"id\":2,\"name\":\"Bob\",\"gpa\":8.5,\"age\":10}"));
}

// [schema-9.9]
TEST_F(CheckedFilesTest, ARepairTakesALineThatBreaksACheckForDamaged) {
  ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
  Tree tree = Closed();
  tree[kRecords] = Replaced(tree[kRecords], "3.5", "8.5");
  {
    testing::Mending mending(tree);
    const auto report = mending.Run();
    ASSERT_THAT(report, IsOk());
    EXPECT_TRUE(report->complete()) << mending.Listed();
    EXPECT_THAT(mending.State(), HasSubstr(R"({"id":2,"name":"Bob","gpa":3.5,"age":10})"));
    EXPECT_THAT(mending.Listed(), HasSubstr("line 2 key 2: pupil.gpa: check \"gpa >= 0 and gpa <= "
                                            "4\" is false for the record"));
  }
  ForgetPast(tree);
  testing::Mending mending(tree);
  const auto report = mending.Run();
  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(report->lost, 1u) << mending.Listed();
  EXPECT_THAT(mending.State(), HasSubstr("Ann"));
  EXPECT_THAT(mending.State(), Not(HasSubstr("Bob")));
  EXPECT_THAT(mending.Listed(), HasSubstr("check \"gpa >= 0 and gpa <= 4\" is false"));
}

// [schema-9.9]
TEST_F(CheckedFilesTest, ARepairDoesNotJudgeVersionsFromBeforeTheCheck) {
  ASSERT_THAT(pupils().Update({1, "Ann", 3.0}), IsOk());
  ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
  Tree tree = Closed();
  tree["schema/pupil.schema.json"] =
      Replaced(tree["schema/pupil.schema.json"], "gpa >= 0 and gpa <= 4", "gpa <= 3.75");
  ForgetPast(tree);  // which would tell what the schema was
  testing::Mending mending(tree);
  const auto report = mending.Run();
  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(report->lost, 0u) << mending.Listed();
  EXPECT_THAT(mending.Listed(), HasSubstr("not the schema"));
  EXPECT_THAT(mending.Listed(), Not(HasSubstr("is false")));
}

// Else what it writes would not verify, and the repair would fail as a whole.
TEST_F(CheckedFilesTest, ARepairWithADamagedCheckListsWhatBreaksItAndWritesTheRest) {
  ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
  ASSERT_THAT(pupils().Insert({3, "Cid", 0.5}), IsOk());
  ASSERT_THAT(pupils().Insert({4, "Dan", 3.0}), IsOk());
  Tree tree = Closed();
  tree["schema/pupil.schema.json"] =
      Replaced(tree["schema/pupil.schema.json"], ">= 0 and gpa <= 4", "< 1.0 and gpa > 0");
  ForgetPast(tree);  // which would tell what the schema was
  testing::Mending mending(tree);
  const auto report = mending.Run();
  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(report->lost, 3u) << mending.Listed();
  EXPECT_THAT(mending.State(), HasSubstr("Cid"));
  for (const char* name : {"Ann", "Bob", "Dan"}) {
    EXPECT_THAT(mending.State(), Not(HasSubstr(name)));
    EXPECT_THAT(mending.Listed(), HasSubstr(name));
  }
}

// [schema-9.10]
TEST_F(CheckedFilesTest, AMaskedSliceLeavesOutTheChecksThatReadWhatIsMasked) {
  const std::uint64_t last_lsn = campus.engine->Stats().last_lsn;
  Campus copy(Closed());
  const auto slice = [&copy, last_lsn](std::vector<std::string> mask, const std::string& target) {
    SliceOptions asked;
    asked.first_lsn = 1;
    asked.last_lsn = last_lsn;
    asked.mask = std::move(mask);
    asked.mask_secret = "secret";
    const auto report = engine::SliceDirectory(*copy.disk, kDirectory, target, asked);
    EXPECT_THAT(report, IsOk());
    std::string notes;
    if (report.ok()) {
      for (const std::string& note : report->notes) notes += note + "\n";
    }
    return notes + wal::ReadFile(*copy.disk, target + "/schema/pupil.schema.json").value_or("");
  };
  EXPECT_THAT(slice({}, "plain"), Not(HasSubstr("is not in the slice")));
  const std::string masked = slice({"gpa"}, "masked");
  EXPECT_THAT(masked, HasSubstr("table pupil: the check \"gpa >= 0 and gpa <= 4\" is not in the "
                                "slice, for it reads what is masked"));
  EXPECT_THAT(masked, Not(HasSubstr("\"check\": \"gpa")));
  EXPECT_THAT(masked, HasSubstr("\"check\": \"length(name) > 0\""));
  EXPECT_THAT(masked, HasSubstr("\"checks\": ["));
  EXPECT_THAT(slice({"all"}, "all"), Not(HasSubstr("\"check")));
}

}  // namespace
}  // namespace linedb
