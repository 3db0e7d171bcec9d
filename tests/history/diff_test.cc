// A diff is believed when it says "equal". What is guarded against: a difference that it does not
// tell, and two ways to find one that do not agree.

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "linedb/diff.h"
#include "linedb/json_table.h"
#include "tests/engine/status_matchers.h"
#include "tests/faults/sanitized.h"

namespace linedb {
namespace {

using testing::Fails;
using testing::IsOk;
using testing::kSanitized;

TableSchema StudentSchema() {
  return {.table_name = "student",
          .columns = {{.name = "id", .type = Type::kInt, .primary_key = true},
                      {.name = "name", .type = Type::kString},
                      {.name = "gpa", .type = Type::kFloat, .nullable = true}}};
}
TableSchema VisitSchema() {
  return {
      .table_name = "visit",
      .columns = {{.name = "who", .type = Type::kString}, {.name = "hour", .type = Type::kInt}}};
}
TableSchema EnrollmentSchema() {
  return {.table_name = "enrollment",
          .columns = {{.name = "student", .type = Type::kInt, .primary_key = true},
                      {.name = "course", .type = Type::kString, .primary_key = true},
                      {.name = "grade", .type = Type::kString, .nullable = true}}};
}

std::string TextOf(const Difference& difference) {
  std::vector<std::string> columns;
  for (const ColumnChange& change : difference.columns) {
    columns.push_back(absl::StrCat(std::string(change.column), "=", std::string(change.before), ">",
                                   std::string(change.after)));
  }
  const bool table = difference.kind >= ChangeKind::kCreateTable;
  return absl::StrCat(std::string(ChangeKindName(difference.kind)), " ",
                      std::string(difference.table), " ", std::string(difference.key), " ",
                      table ? "" : std::string(difference.before), " ",
                      table ? "" : std::string(difference.after), " ", absl::StrJoin(columns, ","));
}

class DiffTest : public ::testing::Test {
 protected:
  void SetUp() override {
    base_ = ::testing::TempDir() + "/linedb_diff_" + std::to_string(getpid());
    std::filesystem::remove_all(base_);
    std::filesystem::create_directories(base_);
    directory_ = base_ + "/db";
    Reopen();
    for (const TableSchema& schema : {StudentSchema(), VisitSchema(), EnrollmentSchema()}) {
      ASSERT_THAT(database_->CreateTable(schema), IsOk());
    }
  }
  void TearDown() override {
    database_.reset();
    std::filesystem::remove_all(base_);
  }

  void Reopen() {
    database_.reset();
    Options options;
    options.maintenance = Maintenance::kManual;
    options.archives_kept = 100'000;
    options.durability = Durability::kProcess;
    auto opened = Database::Open(directory_, options);
    ASSERT_THAT(opened, IsOk());
    database_ = *std::move(opened);
  }
  std::uint64_t Lsn() const { return database_->Stats().last_lsn; }
  JsonTable TableOf(const std::string& name) { return JsonTable::Open(*database_, name).value(); }
  void PutStudent(int id, const std::string& name, const Json& gpa = nullptr) {
    ASSERT_THAT(TableOf("student").Upsert({{"id", id}, {"name", name}, {"gpa", gpa}}), IsOk());
  }

  std::string Moments(const Moment& from, const Moment& to, const DiffOptions& options = {}) {
    std::string text;
    report_ = DiffMoments(directory_, from, to, options, [&text](const Difference& difference) {
      text += TextOf(difference) + "\n";
      return true;
    });
    EXPECT_THAT(report_, IsOk());
    return text;
  }
  std::string Databases(Database& before, Database& after, const DiffOptions& options = {}) {
    std::string text;
    report_ = DiffDatabases(before, after, options, [&text](const Difference& difference) {
      text += TextOf(difference) + "\n";
      return true;
    });
    EXPECT_THAT(report_, IsOk());
    return text;
  }
  // A database of its own in the state after that operation.
  std::unique_ptr<Database> At(std::uint64_t lsn) {
    const std::string copy = absl::StrCat(base_, "/at", ++copies_);
    RestoreOptions options;
    options.target = AtLsn{lsn};
    EXPECT_THAT(Database::Restore(directory_, copy, options), IsOk());
    Options reading;
    reading.access = Access::kReadOnly;
    return *Database::Open(copy, reading);
  }

  std::string base_;
  std::string directory_;
  std::unique_ptr<Database> database_;
  absl::StatusOr<DiffReport> report_ = DiffReport{};
  int copies_ = 0;
};

// [engine-11.6]
TEST_F(DiffTest, RowsAreToldByKeyWithWhatChanged) {
  PutStudent(1, "Alice", 3.5);
  PutStudent(2, "Bob");
  PutStudent(10, "Judy");
  const std::uint64_t from = Lsn();
  const auto before = At(from);
  PutStudent(10, "Jude", 2.0);
  PutStudent(3, "Carol");
  ASSERT_THAT(TableOf("student").Erase(2), IsOk());
  PutStudent(1, "Alice", 1.0);
  PutStudent(1, "Alice", 3.5);  // as it was
  ASSERT_THAT(TableOf("enrollment").Insert({{"student", 1}, {"course", "math"}}), IsOk());
  const std::string expected =
      "INSERT enrollment [1,\"math\"]  {\"student\":1,\"course\":\"math\",\"grade\":null} \n"
      "DELETE student 2 {\"id\":2,\"name\":\"Bob\",\"gpa\":null}  \n"
      "INSERT student 3  {\"id\":3,\"name\":\"Carol\",\"gpa\":null} \n"
      "UPDATE student 10 {\"id\":10,\"name\":\"Judy\",\"gpa\":null} "
      "{\"id\":10,\"name\":\"Jude\",\"gpa\":2.0} name=\"Judy\">\"Jude\",gpa=null>2.0\n";
  EXPECT_EQ(Moments(AtLsn{from}, AtEnd{}), expected);
  EXPECT_EQ(report_->lsn_from, from);
  EXPECT_EQ(report_->lsn_to, Lsn());
  EXPECT_EQ(Databases(*before, *database_), expected);
  ASSERT_EQ(report_->tables.size(), 2u);
  EXPECT_EQ(report_->tables[1].inserted + report_->tables[1].updated + report_->tables[1].deleted,
            3u);
  EXPECT_EQ(Databases(*database_, *database_), "");
  EXPECT_TRUE(report_->tables.empty());
  EXPECT_EQ(Moments(AtEnd{}, AtEnd{}), "");
  DiffOptions one;
  one.table = "enrollment";
  EXPECT_EQ(Moments(AtLsn{from}, AtEnd{}, one), expected.substr(0, expected.find('\n') + 1));
  EXPECT_EQ(Databases(*before, *database_, one), expected.substr(0, expected.find('\n') + 1));
}

// [engine-11.6] Whatever happens in between, the two ways agree.
TEST_F(DiffTest, LogsAndTablesTellTheSameDifferences) {
  std::mt19937 random(20261126);
  std::vector<std::uint64_t> moments = {Lsn()};
  const auto any = [&random](int below) {
    return static_cast<int>(random() % static_cast<unsigned>(below));
  };
  for (int i = 0; i < 150; ++i) {
    WriteTransaction transaction = database_->Begin().value();
    for (int operation = 0; operation <= any(5); ++operation) {
      const int id = any(20);
      switch (any(5)) {
        case 0:
          TableOf("student").Erase(transaction, id).IgnoreError();
          break;
        case 1:
          ASSERT_THAT(TableOf("visit").Insert(transaction,
                                              {{"who", absl::StrCat("w", any(3))}, {"hour", id}}),
                      IsOk());
          break;
        case 2:
          ASSERT_THAT(
              TableOf("enrollment")
                  .Upsert(transaction,
                          {{"student", id}, {"course", absl::StrCat("c", any(3))}, {"grade", "A"}}),
              IsOk());
          break;
        default:
          ASSERT_THAT(
              TableOf("student").Upsert(
                  transaction, {{"id", id}, {"name", absl::StrCat("n", any(4))}, {"gpa", any(3)}}),
              IsOk());
      }
    }
    ASSERT_THAT(transaction.Commit(), IsOk());
    if (any(10) == 0) {
      ASSERT_THAT(database_->Checkpoint(), IsOk());
    }
    if (any(20) == 0) Reopen();
    moments.push_back(Lsn());
  }
  for (int round = 0; round < (kSanitized ? 5 : 40); ++round) {
    std::size_t a = random() % moments.size();
    std::size_t b = random() % moments.size();
    if (a > b) std::swap(a, b);
    const std::string by_log = Moments(AtLsn{moments[a]}, AtLsn{moments[b]});
    EXPECT_EQ(by_log, Databases(*At(moments[a]), *At(moments[b])))
        << moments[a] << " to " << moments[b];
    if (HasFailure()) return;
  }
}

TEST_F(DiffTest, AlteredTableIsToldAndItsRowsAsTheyWereCarriedOver) {
  PutStudent(1, "Alice", 3.5);
  PutStudent(2, "Bob");
  const std::uint64_t from = Lsn();
  const auto before = At(from);
  TableSchema schema = StudentSchema();
  schema.columns.erase(schema.columns.begin() + 2);
  schema.columns.push_back({.name = "year", .type = Type::kInt, .default_json = "1"});
  ASSERT_THAT(database_->AlterTable(schema), IsOk());
  const std::string altered = "ALTER_TABLE student    gpa=>,year=>\n";
  EXPECT_EQ(Moments(AtLsn{from}, AtEnd{}), altered);
  EXPECT_EQ(Databases(*before, *database_), altered);
  ASSERT_THAT(TableOf("student").Update({{"id", 2}, {"name", "Bob"}, {"year", 4}}), IsOk());
  const std::string row = "{\"id\":2,\"name\":\"Bob\",\"year\":4} year=1>4\n";
  EXPECT_EQ(Moments(AtLsn{from}, AtEnd{}),
            altered + "UPDATE student 2 {\"id\":2,\"name\":\"Bob\",\"year\":1} " + row);
  EXPECT_EQ(Databases(*before, *database_),
            altered + "UPDATE student 2 {\"id\":2,\"name\":\"Bob\",\"gpa\":null} " + row);
}

TEST_F(DiffTest, TablesThatCameAndWentAreTold) {
  PutStudent(1, "Alice");
  const std::uint64_t from = Lsn();
  const auto before = At(from);
  ASSERT_THAT(database_->DropTable("student"), IsOk());
  ASSERT_THAT(database_->CreateTable(
                  {.table_name = "room",
                   .columns = {{.name = "number", .type = Type::kInt, .primary_key = true}}}),
              IsOk());
  ASSERT_THAT(TableOf("room").Insert({{"number", 7}}), IsOk());
  const std::string room = "CREATE_TABLE room    \nINSERT room 7  {\"number\":7} \n";
  EXPECT_EQ(Moments(AtLsn{from}, AtEnd{}), room + "DROP_TABLE student    \n");
  ASSERT_EQ(report_->notes.size(), 1u);
  EXPECT_NE(report_->notes[0].find("`restore` to lsn"), std::string::npos);
  EXPECT_EQ(Databases(*before, *database_),
            room +
                "DROP_TABLE student    \n"
                "DELETE student 1 {\"id\":1,\"name\":\"Alice\",\"gpa\":null}  \n");
  // Made anew under the same name, it is another table.
  ASSERT_THAT(database_->CreateTable(StudentSchema()), IsOk());
  PutStudent(1, "Alice");
  EXPECT_EQ(Moments(AtLsn{from}, AtEnd{}),
            room +
                "DROP_TABLE student    \nCREATE_TABLE student    \n"
                "INSERT student 1  {\"id\":1,\"name\":\"Alice\",\"gpa\":null} \n");
  EXPECT_EQ(Databases(*before, *database_), room);
}

TEST_F(DiffTest, RowsWithoutKeyCountByWhatTheyHold) {
  const JsonTable visits = TableOf("visit");
  ASSERT_THAT(visits.Insert({{"who", "a"}, {"hour", 1}}), IsOk());
  const auto before = At(Lsn());
  const std::uint64_t from = Lsn();
  ASSERT_THAT(visits.Insert({{"who", "a"}, {"hour", 1}}), IsOk());
  const std::string expected = "INSERT visit   {\"who\":\"a\",\"hour\":1} \n";
  EXPECT_EQ(Moments(AtLsn{from}, AtEnd{}), expected);
  EXPECT_EQ(Databases(*before, *database_), expected);
  EXPECT_EQ(Databases(*database_, *before), "DELETE visit  {\"who\":\"a\",\"hour\":1}  \n");
}

TEST_F(DiffTest, OtherKeyMakesAllRowsDiffer) {
  PutStudent(1, "Alice");
  auto other = Database::OpenInMemory();
  TableSchema schema = StudentSchema();
  schema.columns[0].primary_key = false;
  schema.columns[1].primary_key = true;
  ASSERT_THAT((*other)->CreateTable(schema), IsOk());
  ASSERT_THAT(JsonTable::Open(**other, "student")->Insert({{"id", 1}, {"name", "Alice"}}), IsOk());
  DiffOptions options;
  options.table = "student";
  EXPECT_EQ(Databases(*database_, **other, options),
            "ALTER_TABLE student    id=>,name=>\n"
            "DELETE student 1 {\"id\":1,\"name\":\"Alice\",\"gpa\":null}  \n"
            "INSERT student \"Alice\"  {\"id\":1,\"name\":\"Alice\",\"gpa\":null} \n");
}

TEST_F(DiffTest, MomentsThatCannotBeHadAreNamed) {
  PutStudent(1, "Alice");
  const auto compare = [this](const Moment& from, const Moment& to, const char* table = "") {
    DiffOptions options;
    options.table = table;
    return DiffMoments(directory_, from, to, options, [](const Difference&) { return true; });
  };
  EXPECT_THAT(compare(AtLsn{2}, AtLsn{1}),
              Fails(absl::StatusCode::kInvalidArgument, "lsn 2, is later than the second, lsn 1"));
  EXPECT_THAT(compare(AtLsn{99}, AtEnd{}),
              Fails(absl::StatusCode::kNotFound, "there is no lsn 99 yet: the logs tell of lsn 0"));
  EXPECT_THAT(compare(AtTime{"soon"}, AtEnd{}),
              Fails(absl::StatusCode::kInvalidArgument, "\"soon\" is no time"));
  EXPECT_THAT(compare(AtLsn{0}, AtEnd{}, "studnet"),
              Fails(absl::StatusCode::kNotFound, "no table \"studnet\""));
  EXPECT_THAT(
      DiffMoments(base_ + "/none", AtEnd{}, AtEnd{}, {}, [](const Difference&) { return true; }),
      Fails(absl::StatusCode::kNotFound, "holds no database"));
  EXPECT_EQ(Moments(AtTime{"1999-01-01T00:00:00"}, AtTime{"1999-01-01T00:00:00Z"}), "");
  EXPECT_EQ(report_->lsn_to, 0u);
  Moments(AtLsn{0}, AtTime{"2999-01-01T00:00:00Z"});
  EXPECT_EQ(report_->lsn_to, Lsn());
  ASSERT_THAT(database_->Checkpoint(), IsOk());
  PutStudent(2, "Bob");
  for (const auto& file : std::filesystem::directory_iterator(directory_ + "/wal")) {
    if (file.path().filename() != "transaction.log") std::filesystem::remove(file);
  }
  EXPECT_THAT(compare(AtLsn{1}, AtEnd{}),
              Fails(absl::StatusCode::kNotFound, "nothing tells of lsn 1"));
  EXPECT_NE(Moments(AtLsn{4}, AtEnd{}), "");
}

// The record was there at some of these moments; none of them has it any more.
TEST_F(DiffTest, MomentsAcrossAPurgeDifferInAllButTheRecord) {
  PutStudent(1, "Alice");
  std::vector<std::uint64_t> moments = {0, Lsn()};
  PutStudent(7, "mallory1");
  moments.push_back(Lsn());
  ASSERT_THAT(database_->Checkpoint(), IsOk());
  PutStudent(7, "mallory2");
  PutStudent(1, "Alicia");
  moments.push_back(Lsn());
  PutStudent(2, "Bob");
  ASSERT_THAT(database_->Purge("student", {"7"}), IsOk());
  moments.push_back(Lsn());
  ASSERT_THAT(TableOf("student").Erase(2), IsOk());
  PutStudent(7, "Grace");
  moments.push_back(Lsn());
  std::map<std::uint64_t, std::unique_ptr<Database>> states;
  for (const std::uint64_t moment : moments) states[moment] = At(moment);
  for (const std::uint64_t to : moments) {
    for (const std::uint64_t from : moments) {
      if (from > to) break;
      SCOPED_TRACE(absl::StrCat(from, " to ", to));
      const std::string by_logs = Moments(AtLsn{from}, AtLsn{to});
      EXPECT_EQ(by_logs, Databases(*states[from], *states[to]));
      EXPECT_EQ(by_logs.find("mallory"), std::string::npos);
      EXPECT_EQ(by_logs.find(" 7 ") != std::string::npos, from < to && to == Lsn()) << by_logs;
    }
  }
}

TEST_F(DiffTest, VisitorAndProgressCanEndIt) {
  for (int i = 0; i < 10; ++i) PutStudent(i, "x");
  int seen = 0;
  const auto once = [&seen](const Difference&) { return ++seen < 1; };
  ASSERT_THAT(DiffMoments(directory_, AtLsn{3}, AtEnd{}, {}, once), IsOk());
  EXPECT_EQ(seen, 1);
  auto empty = Database::OpenInMemory();
  seen = 0;
  ASSERT_THAT(DiffDatabases(**empty, *database_, {}, once), IsOk());
  EXPECT_EQ(seen, 1);
  DiffOptions options;
  options.progress = [](std::uint64_t) { return false; };
  const auto all = [](const Difference&) { return true; };
  EXPECT_THAT(DiffMoments(directory_, AtLsn{3}, AtEnd{}, options, all),
              Fails(absl::StatusCode::kCancelled, "interrupted"));
}

}  // namespace
}  // namespace linedb
