// What a repair keeps, takes from elsewhere, offers and lists, when a table's file is damaged.

#include <algorithm>
#include <functional>

#include "nlohmann/json.hpp"
#include "tests/repair/repair_fixture.h"

namespace linedb {
namespace {

using ::testing::HasSubstr;
using testing::IsOk;
using testing::kLog;
using testing::kStudents;
using testing::Mending;
using testing::RepairTest;
using testing::Tree;

TEST_F(RepairTest, ValueThatChangedInATableIsPutRightFromTheLog) {
  Insert(1, "Alice");
  Insert(2, "Bob");
  Tree tree = Closed();
  Replace(tree, kStudents, "Alice", "Alicf");
  Mending mending(tree);
  const auto report = mending.Run();
  ASSERT_THAT(report, IsOk());
  EXPECT_TRUE(report->complete());
  EXPECT_EQ(mending.State(), state);
  ASSERT_EQ(mending.list.size(), 1U) << mending.Listed();
  EXPECT_EQ(mending.list[0].fate, Fate::kRecovered);
  EXPECT_EQ(mending.list[0].line, 1U);
  EXPECT_EQ(mending.list[0].key, "1");
  EXPECT_THAT(mending.list[0].bytes, HasSubstr("Alicf"));
  EXPECT_THAT(mending.list[0].record, HasSubstr("Alice"));
  EXPECT_EQ(mending.list[0].source, "wal/transaction.log line 3");
}

TEST_F(RepairTest, LineThatATableLostIsTakenFromAnArchive) {
  Insert(1, "Alice");
  Insert(2, "Bob");
  Checkpoint();
  Tree tree = Closed();
  Replace(tree, kStudents, R"({"id":1,"name":"Alice")", R"({"id":1,"name":Alice")");
  Mending mending(tree);
  const auto report = mending.Run();
  ASSERT_THAT(report, IsOk());
  EXPECT_TRUE(report->complete());
  EXPECT_EQ(mending.State(), state);
  EXPECT_TRUE(mending.Lists(kStudents, Fate::kRecovered)) << mending.Listed();
  EXPECT_EQ(report->tables[0].recovered, 1U);
}

// engine-9.4
TEST_F(RepairTest, DeletedRecordStaysDeletedThoughItsTombstoneIsDamaged) {
  Insert(1, "Alice");
  Insert(2, "Bob");
  Checkpoint();
  ASSERT_THAT(campus.students().Erase(1), IsOk());
  Tree tree = Closed();
  Replace(tree, kStudents, R"({"$deleted":true,"id":1})", R"({"$deleted":true,"id";1})");
  Mending mending(tree);
  const auto report = mending.Run();
  ASSERT_THAT(report, IsOk());
  EXPECT_TRUE(report->complete()) << mending.Listed();
  EXPECT_EQ(mending.State(), state);
}

// engine-9.5
TEST_F(RepairTest, PreviousVersionIsOfferedAndKeptOnlyIfAsked) {
  Insert(1, "Alice");
  Insert(2, "Bob");
  Update(1, "Alicia");
  Tree tree = ClosedWithoutPast();
  Replace(tree, kStudents, R"({"id":1,"name":"Alicia")", R"({"id":1,"name";"Alicia")");
  {
    Mending mending(tree);
    const auto report = mending.Run();
    ASSERT_THAT(report, IsOk());
    EXPECT_EQ(report->lost, 1U) << mending.Listed();
    EXPECT_EQ(report->tables[0].lost, 1U);
    const std::string found = mending.State();
    EXPECT_THAT(found, HasSubstr("Bob"));
    EXPECT_THAT(found, Not(HasSubstr("Alic")));
    const auto lost = std::find_if(mending.list.begin(), mending.list.end(),
                                   [](const DamagedLine& line) { return line.line == 3; });
    ASSERT_NE(lost, mending.list.end()) << mending.Listed();
    EXPECT_EQ(lost->fate, Fate::kLost);
    EXPECT_THAT(lost->record, HasSubstr(R"("name":"Alice")"));
    EXPECT_EQ(lost->source, "data/student.records line 1");
    EXPECT_THAT(lost->bytes, HasSubstr(R"("name";"Alicia")"));
  }
  Mending mending(tree);
  RepairOptions options;
  options.previous_versions = PreviousVersions::kKeep;
  const auto report = mending.Run(options);
  ASSERT_THAT(report, IsOk());
  EXPECT_FALSE(report->complete());
  EXPECT_EQ(report->tables[0].previous, 1U);
  EXPECT_THAT(mending.State(), HasSubstr(R"("name":"Alice")"));
  EXPECT_TRUE(mending.Lists(kStudents, Fate::kPrevious)) << mending.Listed();
}

// engine-9.8
TEST_F(RepairTest, RevivedVersionGivesWayToTheRecordThatHasItsValueNow) {
  Insert(1, "Alice", "a@university.edu");
  Update(1, "Alice", "alice@university.edu");
  Insert(2, "Anna", "a@university.edu");
  Tree tree = ClosedWithoutPast();
  Replace(tree, kStudents, R"("email":"alice@university.edu")",
          R"("email";"alice@university.edu")");
  Mending mending(tree);
  RepairOptions options;
  options.previous_versions = PreviousVersions::kKeep;
  const auto report = mending.Run(options);
  ASSERT_THAT(report, IsOk());
  const std::string found = mending.State();
  EXPECT_THAT(found, HasSubstr("Anna"));
  EXPECT_THAT(found, Not(HasSubstr("Alice")));
  EXPECT_THAT(mending.Listed(), HasSubstr("record 2, which is newer, has it, too"));
}

TEST_F(RepairTest, LostSchemaIsTakenFromTheLineThatCreatedTheTable) {
  Insert(1, "Alice");
  Tree tree = Closed();
  tree.erase("schema/student.schema.json");
  Mending mending(tree);
  const auto report = mending.Run();
  ASSERT_THAT(report, IsOk());
  EXPECT_TRUE(report->complete());
  EXPECT_EQ(mending.State(), state);
  EXPECT_TRUE(mending.Lists("schema/student.schema.json", Fate::kRecovered)) << mending.Listed();
}

TEST_F(RepairTest, TableOfALostSchemaIsListedLineByLineOrReadByAGivenOne) {
  Insert(1, "Alice");
  Insert(2, "Bob");
  Tree tree = ClosedWithoutPast();
  tree.erase("schema/student.schema.json");
  {
    Mending mending(tree);
    const auto report = mending.Run();
    ASSERT_THAT(report, IsOk());
    EXPECT_EQ(mending.State(), "");
    EXPECT_EQ(report->lost, 3U) << mending.Listed();  // the schema, and two lines
    EXPECT_THAT(mending.Listed(), HasSubstr("the schema of its table is lost"));
  }
  Mending mending(tree);
  RepairOptions options;
  options.schemas = {schema::StructCodec<testing::Student>::Schema()};
  ASSERT_THAT(mending.Run(options), IsOk());
  EXPECT_EQ(mending.State(), state);
}

TEST_F(RepairTest, LineOfAnEditorIsTakenInLinedbsSpelling) {
  Insert(1, "Alice");
  Insert(2, "Bob");
  Tree tree = ClosedWithoutPast();
  Replace(tree, kStudents, R"({"id":1,"name":"Alice")", R"({"name": "Alix", "id": 1)");
  Mending mending(tree);
  ASSERT_THAT(mending.Run(), IsOk());
  EXPECT_THAT(mending.State(), HasSubstr(R"({"id":1,"name":"Alix","email":null,"gpa":0.0})"));
  EXPECT_TRUE(mending.Lists(kStudents, Fate::kKept)) << mending.Listed();
}

TEST_F(RepairTest, LineThatIsGoneWithoutATraceIsCounted) {
  Insert(1, "Alice");
  Insert(2, "Bob");
  Tree tree = ClosedWithoutPast();
  std::string& bytes = tree[kStudents];
  bytes = bytes.substr(bytes.find('\n') + 1);
  Mending mending(tree);
  const auto report = mending.Run();
  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(report->tables[0].lost, 1U);
  EXPECT_THAT(mending.Listed(), HasSubstr("1 records are missing"));
}

TEST_F(RepairTest, AssignedKeysAreNotGivenTwice) {
  Insert(1, "Alice");
  Insert(7, "Bob");
  ASSERT_THAT(campus.students().Erase(7), IsOk());
  Tree tree = Closed();
  tree.erase(kLog);
  Mending mending(tree);
  ASSERT_THAT(mending.Run(), IsOk());
  EXPECT_THAT(mending.State(), HasSubstr("student (next 8)"));
}

// engine-9.6
TEST_F(RepairTest, RejectsFileHasEveryByteThatIsNotKept) {
  Insert(1, "Alice");
  Insert(2, "Bob");
  Tree tree = ClosedWithoutPast();
  std::string& bytes = tree[kStudents];
  bytes.replace(3, 4, std::string("\xff\0\xfe\x01", 4));
  const std::string line = bytes.substr(0, bytes.find('\n'));
  Mending mending(tree);
  const auto report = mending.Run();
  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(report->rejects, "university/rejects.jsonl");
  const std::string rejects = mending.campus.Bytes("rejects.jsonl");
  std::size_t lines = 0;
  bool found = false;
  for (std::size_t begin = 0; begin < rejects.size(); ++lines) {
    const std::size_t end = rejects.find('\n', begin);
    const auto json = nlohmann::json::parse(rejects.substr(begin, end - begin));
    found =
        found || (json["line"] == 1 && json["fate"] == "lost" && json["bytes"].contains("base64"));
    begin = end + 1;
  }
  EXPECT_EQ(lines, mending.list.size());
  EXPECT_TRUE(found) << rejects;
}

TEST_F(RepairTest, DryRunSaysTheSameAndWritesNothing) {
  Insert(1, "Alice");
  Insert(2, "Bob");
  Tree tree = ClosedWithoutPast();
  tree[kStudents][3] = '\0';
  Mending dry(tree);
  RepairOptions options;
  options.dry_run = true;
  const auto planned = dry.Run(options);
  ASSERT_THAT(planned, IsOk());
  EXPECT_TRUE(dry.campus.Files().empty());
  Mending mending(tree);
  const auto done = mending.Run();
  ASSERT_THAT(done, IsOk());
  EXPECT_EQ(dry.Listed(), mending.Listed());
  EXPECT_EQ(planned->records, done->records);
  EXPECT_EQ(planned->database, "");
}

TEST_F(RepairTest, NothingThatIsThereIsWrittenOver) {
  Insert(1, "Alice");
  const Tree tree = Closed();
  Mending mending(tree);
  ASSERT_THAT(mending.Run(), IsOk());
  EXPECT_EQ(mending.Run().status().code(), absl::StatusCode::kAlreadyExists);
  const auto repair = [&](const std::string& target, const std::string& rejects) {
    RepairOptions options;
    options.rejects = rejects;
    return engine::RepairDirectory(*mending.campus.disk, testing::kDamaged, target, options)
        .status()
        .code();
  };
  EXPECT_EQ(repair("damaged/new", ""), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(repair("new", "damaged/rejects"), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(repair("new", "university/LOCK"), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(engine::RepairDirectory(*mending.campus.disk, "nothing", "new", {}).status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(mending.Touched(), "");
}

// engine-9.6
TEST_F(RepairTest, BlockWhoseChecksumFitsVouchesForItsLines) {
  ASSERT_THAT(campus.Close(), IsOk());
  Options options = Manual();
  options.index_bytes_min = 0;
  ASSERT_THAT(campus.Open(options), IsOk());
  campus.MakeTables();
  WriteTransaction transaction = campus.Begin();
  constexpr int kRecords = 4000;  // of more than 60 bytes: four blocks
  for (int i = 1; i <= kRecords; ++i) {
    ASSERT_THAT(campus.students().Insert(transaction, {.id = i, .name = std::string(20, 'x')}),
                IsOk());
  }
  ASSERT_THAT(transaction.Commit(), IsOk());
  Tree tree = ClosedWithoutPast();
  std::string& bytes = tree[kStudents];
  const std::size_t at = bytes.find('x', std::size_t{70} << 10);  // in the second block
  bytes[at] = 'y';
  const auto first = std::count(bytes.begin(), bytes.begin() + 65536, '\n') + 1;
  const auto lines = std::count(bytes.begin() + 65536, bytes.begin() + 131072, '\n') + 1;
  Mending mending(tree);
  ASSERT_THAT(mending.Run(), IsOk());
  EXPECT_THAT(mending.Listed(), HasSubstr(absl::StrCat("of ", lines, " lines, from line ", first)));
  // Without the index all that is known of them is their form.
  std::erase_if(tree, [](const auto& file) { return file.first.starts_with("index/"); });
  Mending without(tree);
  ASSERT_THAT(without.Run(), IsOk());
  EXPECT_THAT(without.Listed(), HasSubstr("of 4000 lines, from line 1"));
}

}  // namespace
}  // namespace linedb
