// Guards against recovery that trusts the wrong file: the log is what was acknowledged, and
// .records files may be ahead of it, behind it, half compacted or not there yet.

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/engine/campus.h"

namespace linedb {
namespace {

using testing::Campus;
using testing::Fails;
using ::testing::HasSubstr;
using testing::IsOk;
using ::testing::Not;
using testing::Tree;

constexpr char kRecords[] = "data/student.records";
constexpr char kCompacted[] = "data/student.records.compacted";

class RecoveryTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_THAT(campus.Open(), IsOk()); }

  void Enrol(const std::string& name) {
    ASSERT_THAT(campus.students().Insert({.name = name, .email = name}), IsOk());
  }
  void Rename(std::int64_t id, const std::string& name) {
    ASSERT_THAT(campus.students().Update({.id = id, .name = name, .email = name}), IsOk());
  }
  void Checkpoint() { ASSERT_THAT(campus.engine->Checkpoint(), IsOk()); }

  // Opens copies of the tree, to write and to read, and says what each sees; they should agree.
  static std::string Opened(const Tree& tree, std::string* notes = nullptr) {
    Campus writer(tree);
    Campus reader(tree);
    const absl::Status written = writer.Open();
    const absl::Status read = reader.OpenToRead();
    EXPECT_EQ(written.code(), read.code()) << written << " but " << read;
    if (!written.ok()) return written.ToString();
    EXPECT_EQ(writer.State(), reader.State());
    if (notes != nullptr) *notes = writer.Notes();
    const std::string state = writer.State();
    EXPECT_THAT(writer.Close(), IsOk());
    EXPECT_EQ(writer.Problems(), "");
    EXPECT_THAT(writer.Open(), IsOk());
    EXPECT_EQ(writer.State(), state) << "the second time";
    return state;
  }

  Campus campus;
};

// [engine-5.1]
TEST_F(RecoveryTest, RecordsBehindTheLogAreBroughtForward) {
  Enrol("Alice");
  Checkpoint();
  const Tree checkpointed = campus.Files();
  Enrol("Bob");
  Rename(1, "Alicia");
  ASSERT_THAT(campus.students().Erase(2), IsOk());
  Tree crashed = campus.Files();
  const std::string bytes = crashed[kRecords];
  for (std::size_t cut = checkpointed.at(kRecords).size(); cut <= bytes.size(); ++cut) {
    crashed[kRecords] = bytes.substr(0, cut);
    ASSERT_EQ(Opened(crashed), campus.State()) << "cut at " << cut;
  }
}

// Each value of a unique column wanders from record to record, in the log and across the
// checkpoint.
TEST_F(RecoveryTest, WhatTheLogSupersededIsFreeForLaterRecords) {
  for (const bool checkpointed : {false, true}) {
    for (int round = 0; round < 40; ++round) {
      const auto inserted = campus.students().Insert({.name = "a", .email = "wandering"});
      ASSERT_THAT(inserted, IsOk());
      if (checkpointed && round == 20) Checkpoint();
      ASSERT_THAT(campus.courses().Insert({.code = absl::StrCat("c", checkpointed, round)}),
                  IsOk());
      ASSERT_THAT(campus.students().Update({.id = *inserted, .name = "b"}), IsOk());
      if (round % 3 != 0) continue;
      ASSERT_THAT(campus.students().Erase(*inserted), IsOk());
    }
    const auto last = campus.students().Insert({.name = "c", .email = "wandering"});
    ASSERT_THAT(last, IsOk());
    ASSERT_EQ(Opened(campus.Files()), campus.State());
    const std::string state = campus.State();
    ASSERT_THAT(campus.Close(), IsOk());
    ASSERT_THAT(campus.Open(), IsOk());
    EXPECT_EQ(campus.State(), state);
    EXPECT_FALSE(campus.students().Insert({.name = "d", .email = "wandering"}).ok());
    ASSERT_THAT(campus.students().Erase(*last), IsOk());
  }
}

// [engine-5.1]
TEST_F(RecoveryTest, RecordsShorterThanTheCheckpointAreRefused) {
  Enrol("Alice");
  Checkpoint();
  Tree crashed = campus.Files();
  crashed[kRecords].pop_back();
  EXPECT_THAT(Opened(crashed), HasSubstr("data/student.records line 1 byte 0"));
  crashed.erase(kRecords);
  EXPECT_THAT(Opened(crashed),
              HasSubstr("data/student.records line 1 byte 0: the file is missing"));
}

TEST_F(RecoveryTest, RecordsOfAnUnfinishedTransactionAreCutAfterACrash) {
  Enrol("Alice");
  for (const std::string& tail :
       {std::string("{\"id\":2,\"name\":\"Bob\",\"email\":null,\"gpa\":0.0}\n"),
        std::string("{\"id\":2,\"na"), std::string(700, '\0'), std::string("garbage")}) {
    Tree crashed = campus.Files();
    crashed[kRecords] += tail;
    EXPECT_EQ(Opened(crashed), campus.State());
  }
}

// [engine-5.4]
TEST_F(RecoveryTest, SurplusAfterAProperEndIsKeptAsideAndTold) {
  Enrol("Alice");
  Checkpoint();
  const std::string state = campus.State();
  ASSERT_THAT(campus.Close(), IsOk());
  Tree closed = campus.Files();
  const std::size_t end = closed[kRecords].size();
  closed[kRecords] += "added by hand\n";
  std::string notes;
  EXPECT_EQ(Opened(closed, &notes), state);
  EXPECT_THAT(notes, HasSubstr(absl::StrCat("data/student.records byte ", end)));
  Campus opened(closed);
  EXPECT_THAT(opened.Problems(), HasSubstr(absl::StrCat("data/student.records line 2 byte ", end)));
  ASSERT_THAT(opened.Open(), IsOk());
  std::string kept;
  for (const auto& [path, bytes] : opened.Files()) {
    if (bytes == "added by hand\n") kept = path;
  }
  EXPECT_THAT(opened.Notes(), HasSubstr(kept));
  EXPECT_NE(kept, "");
}

TEST_F(RecoveryTest, RecordsInTheWayOfANewTableAreKeptAside) {
  Campus empty;
  ASSERT_THAT(empty.Open(), IsOk());
  ASSERT_THAT(empty.Close(), IsOk());
  Tree files = empty.Files();
  files[kRecords] = "somebody's\n";
  Campus opened(files);
  ASSERT_THAT(opened.Open(), IsOk());
  ASSERT_THAT(opened.students().Insert({.name = "Alice"}), IsOk());
  EXPECT_EQ(opened.Bytes("data/student.records.surplus"), "somebody's\n");
}

// What is kept for a person is never replaced by the next that has to be kept.
TEST_F(RecoveryTest, SurplusKeptBeforeIsNotReplaced) {
  Enrol("Alice");
  ASSERT_THAT(campus.Close(), IsOk());
  Tree files = campus.Files();
  for (const std::string bytes : {"first\n", "second\n"}) {
    files[kRecords] += bytes;
    Campus opened(files);
    ASSERT_THAT(opened.Open(), IsOk());
    ASSERT_THAT(opened.Close(), IsOk());
    files = opened.Files();
  }
  EXPECT_THAT(files["data/student.records.surplus"], HasSubstr("first"));
  EXPECT_THAT(files["data/student.records.surplus.2"], HasSubstr("second"));
}

TEST_F(RecoveryTest, SchemaFileInTheWayOfANewTableIsRefused) {
  Campus empty;
  ASSERT_THAT(empty.Open(), IsOk());
  ASSERT_THAT(empty.Close(), IsOk());
  Tree files = empty.Files();
  Enrol("Alice");
  files["schema/student.schema.json"] = campus.Bytes("schema/student.schema.json");
  Campus opened(files);
  ASSERT_THAT(opened.Open(), IsOk());
  EXPECT_THAT(opened.engine->CreateTable(schema::StructCodec<testing::Student>::Schema()),
              Fails(absl::StatusCode::kFailedPrecondition, "schema/student.schema.json"));
}

// The file, the log and the table in memory say the same of it, so it opens again.
TEST_F(RecoveryTest, DefaultsAreStoredInTheFormInWhichTheyAreRead) {
  TableSchema schema;
  schema.table_name = "grade";
  schema.columns.push_back({.name = "id", .type = Type::kInt, .primary_key = true});
  schema.columns.push_back({.name = "weight", .type = Type::kFloat, .default_json = "1.50"});
  schema.columns.push_back({.name = "mark", .type = Type::kString, .default_json = "\"\\u0041\""});
  schema.columns.push_back(
      {.name = "more", .type = Type::kJson, .nullable = true, .default_json = "{ \"a\" : 1.0e3}"});
  ASSERT_THAT(campus.engine->CreateTable(schema), IsOk());
  EXPECT_EQ(campus.engine->FindTable("grade")->layout().schema().columns[1].default_json, "1.5");
  ASSERT_THAT(campus.Close(), IsOk());
  EXPECT_THAT(campus.Open(), IsOk());
}

TEST_F(RecoveryTest, AHalfWrittenCompactionDoesNotCount) {
  Enrol("Alice");
  Rename(1, "Alicia");
  Tree crashed = campus.Files();
  crashed[kCompacted] = "{\"id\":1,\"na";
  EXPECT_EQ(Opened(crashed), campus.State());
}

// [engine-2.2] Whatever it holds: nobody vouches for its being on the disk.
TEST_F(RecoveryTest, ACompactionThatWasNotSyncedIsRemovedUnread) {
  Enrol("Alice");
  Rename(1, "Alicia");
  Checkpoint();
  Tree crashed = campus.Files();
  crashed[std::string(kCompacted) + ".tmp"] = crashed.at(kRecords);
  std::string notes;
  EXPECT_EQ(Opened(crashed, &notes), campus.State());
  EXPECT_THAT(notes, Not(HasSubstr(kCompacted)));
  Campus reopened(crashed);
  EXPECT_EQ(reopened.Problems(), "");
  ASSERT_THAT(reopened.Open(), IsOk());
  EXPECT_FALSE(reopened.Files().contains(std::string(kCompacted) + ".tmp"));
}

// The header goes on saying "compacted" until the next checkpoint, so what lies under that name
// may be that next one's, which did not come about.
TEST_F(RecoveryTest, AHalfWrittenSecondCompactionDoesNotReplaceTheFirst) {
  Enrol("Alice");
  Rename(1, "Alicia");
  Checkpoint();
  Rename(1, "Ally");
  for (const std::string& half :
       {std::string("{\"id\":1,\"na"), std::string(), campus.Bytes(kRecords)}) {
    Tree crashed = campus.Files();
    crashed[kCompacted] = half;
    EXPECT_EQ(Opened(crashed), campus.State());
    Campus looked_at(crashed);
    EXPECT_EQ(looked_at.Problems(), "");
  }
}

// [engine-2.2]
TEST_F(RecoveryTest, ACompactionIsRenamedIntoPlaceAfterTheSwitch) {
  Enrol("Alice");
  Rename(1, "Alicia");
  const std::string before = campus.Bytes(kRecords);
  Checkpoint();
  const std::string compacted = campus.Bytes(kRecords);
  ASSERT_NE(before, compacted);
  Tree crashed = campus.Files();
  crashed[kRecords] = before;
  crashed[kCompacted] = compacted;
  std::string notes;
  EXPECT_EQ(Opened(crashed, &notes), campus.State());
  EXPECT_THAT(notes, HasSubstr(kCompacted));
  Campus reopened(crashed);
  EXPECT_EQ(reopened.Problems(), "");
  ASSERT_THAT(reopened.Open(), IsOk());
  EXPECT_EQ(reopened.Bytes(kRecords), compacted);
  EXPECT_FALSE(reopened.Files().contains(kCompacted));
}

// [engine-4.3]
TEST_F(RecoveryTest, ATableThatOnlyTheLogKnowsIsMade) {
  campus.students();
  const std::string empty = campus.State();
  const Tree made = campus.Files();
  for (const bool keep_schema : {false, true}) {
    for (const bool keep_records : {false, true}) {
      Tree crashed = made;
      if (!keep_schema) crashed.erase("schema/student.schema.json");
      if (!keep_records) crashed.erase(kRecords);
      EXPECT_EQ(Opened(crashed), empty);
      Campus reopened(crashed);
      ASSERT_THAT(reopened.Open(), IsOk());
      EXPECT_EQ(reopened.Bytes("schema/student.schema.json"),
                made.at("schema/student.schema.json"));
      EXPECT_THAT(reopened.students().Insert({.name = "Alice"}), IsOk());
    }
  }
}

TEST_F(RecoveryTest, ALostLogBesideTablesIsRefused) {
  Enrol("Alice");
  Tree crashed = campus.Files();
  crashed.erase("wal/transaction.log");
  EXPECT_THAT(Opened(crashed), HasSubstr("wal/transaction.log"));
  EXPECT_THAT(Opened(crashed), HasSubstr("DATA_LOSS"));
}

// [engine-3.2]
TEST_F(RecoveryTest, ASchemaChangedBehindTheLogsBackIsRefused) {
  Enrol("Alice");
  Checkpoint();
  ASSERT_THAT(campus.Close(), IsOk());
  Tree closed = campus.Files();
  std::string& schema = closed["schema/student.schema.json"];
  schema.replace(schema.find("\"gpa\""), 5, "\"gpb\"");
  EXPECT_THAT(Opened(closed), HasSubstr("schema/student.schema.json line 1 byte 0: checksum"));
}

// Verify once found such a directory good, which no opening would take.
TEST_F(RecoveryTest, SchemaFileUnderAnotherTablesNameIsFound) {
  campus.students();
  ASSERT_THAT(campus.Close(), IsOk());
  testing::Tree tree = campus.Files();
  tree["schema/copy.schema.json"] = tree["schema/student.schema.json"];
  Campus copied(tree);
  EXPECT_THAT(copied.Problems(), HasSubstr("schema/copy.schema.json line 1 byte 0 schema: it is "
                                           "the schema of table \"student\""));
  EXPECT_FALSE(copied.OpenToRead().ok());
}

// [cli-13] What a person waits for at the terminal was silence: only tables were told of.
TEST_F(RecoveryTest, ALongLogIsReplayedWithProgress) {
  const std::string name(1000, 'x');
  std::vector<testing::Student> rows;
  for (int i = 0; i < 9000; ++i) {
    rows.push_back({.name = name, .email = std::to_string(i)});
  }
  ASSERT_THAT(campus.students().InsertAll(rows), IsOk());
  for (const Access access : {Access::kReadOnly, Access::kReadWrite}) {
    Options options;
    options.access = access;
    std::vector<std::uint64_t> done;
    std::uint64_t total = 0;
    options.progress = [&](const OpenProgress& now) {
      EXPECT_EQ(std::string_view(now.step), "wal/transaction.log");
      done.push_back(now.done);
      total = now.total;
    };
    Campus again(campus.Files());
    ASSERT_THAT(again.Open(options), IsOk());
    EXPECT_TRUE(std::is_sorted(done.begin(), done.end()));
    ASSERT_GE(done.size(), 4u);
    EXPECT_LT(done.front(), total / 2) << "reading is the first half";
    EXPECT_GT(done.back(), total / 2) << "and replaying the second";
    EXPECT_LE(done.back(), total);
  }
}

}  // namespace
}  // namespace linedb
