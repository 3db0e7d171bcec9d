// Guards against the people who have data already: a directory of the Python original must be read
// as it is, be left as it is by reading, and stay readable by the original's rules once it is ours.

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "nlohmann/json.hpp"
#include "tests/engine/campus.h"
#include "tests/engine/original_university.h"

namespace linedb {
namespace {

using testing::Campus;
using ::testing::ElementsAre;
using testing::Fails;
using ::testing::HasSubstr;
using testing::IsOk;
using testing::OriginalUniversity;
using testing::Tree;
using testing::TreeDifference;
using Json = nlohmann::ordered_json;

constexpr char kRecords[] = "data/student.records";
constexpr char kLog[] = "wal/transaction.log";

class OriginalDirectoryTest : public ::testing::Test {
 protected:
  static engine::TableCore CoreOf(Campus& campus, const std::string& table) {
    return engine::TableCore(campus.engine.get(), campus.engine->FindTable(table));
  }
  static std::vector<Json> Records(Campus& campus, const std::string& table) {
    std::vector<Json> records;
    engine::RecordCursor cursor = CoreOf(campus, table).Scan({}).value();
    for (std::string_view line; cursor.Next(&line);) records.push_back(Json::parse(line));
    std::sort(records.begin(), records.end(),
              [](const Json& a, const Json& b) { return a["id"] < b["id"]; });
    return records;
  }
  static std::vector<int> Ids(Campus& campus, const std::string& table) {
    std::vector<int> ids;
    for (const Json& record : Records(campus, table)) ids.push_back(record["id"]);
    return ids;
  }
  // What both a reader and a writer must see.
  static void ExpectUniversity(Campus& campus) {
    EXPECT_THAT(Ids(campus, "student"), ElementsAre(1, 2, 3, 5, 6, 7, 8));
    EXPECT_THAT(Ids(campus, "course"), ElementsAre(1, 2));
    EXPECT_THAT(Ids(campus, "enrollment"), ElementsAre(1, 2, 3, 4));
    const std::vector<Json> students = Records(campus, "student");
    ASSERT_EQ(students.size(), 7U);
    EXPECT_EQ(students[0]["name"], "Alice Johnson");
    EXPECT_EQ(students[1]["gpa"], 3.6);
    EXPECT_EQ(students[3]["name"], "Zoë Müller");
    EXPECT_EQ(students[3]["gpa"], 4.0);
    EXPECT_EQ(students[4]["name"], "李雷 😀");
    EXPECT_EQ(students[4]["gpa"], 1e16);
    EXPECT_EQ(students[5]["name"], "Quote \" Back \\ Tab\t");
    EXPECT_EQ(students[5]["gpa"], 1e-5);
    EXPECT_EQ(students[6]["name"], "Dan Unsaved");
    EXPECT_EQ(Records(campus, "course")[1]["title"], "Linear Algebra");
    EXPECT_EQ(Records(campus, "enrollment")[3]["student_id"], 8);
    EXPECT_EQ(Records(campus, "enrollment")[1]["grade"], nullptr);
    EXPECT_EQ(campus.engine->FindTable("student")->generation->written.next_id, 9);
    EXPECT_EQ(campus.engine->FindTable("course")->generation->written.next_id, 4);
  }
  static absl::StatusOr<std::string> Insert(Campus& campus, const std::string& table,
                                            const std::string& record) {
    WriteTransaction transaction = campus.Begin();
    std::string key;
    absl::Status done =
        CoreOf(campus, table).WriteJson(transaction, engine::WriteMode::kInsert, record, &key);
    if (done.ok()) done = transaction.Commit();
    if (!done.ok()) return done;
    return key;
  }
  // The rules of the original: each non-blank line is an object with the members it looks for.
  static void ExpectObjects(const std::string& file, std::string_view text,
                            const std::vector<std::string>& members) {
    std::size_t lines = 0;
    for (std::size_t begin = 0; begin < text.size(); ++lines) {
      const std::size_t end = text.find('\n', begin);
      ASSERT_NE(end, std::string_view::npos) << file;
      const std::string_view line = text.substr(begin, end - begin);
      const Json json = Json::parse(line, nullptr, false);
      ASSERT_TRUE(json.is_object()) << file << ": " << line;
      for (const std::string& member : members) {
        ASSERT_TRUE(json.contains(member)) << file << ": " << member << " is missing in " << line;
      }
      begin = end + 1;
    }
    ASSERT_GT(lines, 0U) << file;
  }
};

// What is tried out on a handle for reading grows beside what others look at.
TEST_F(OriginalDirectoryTest, TrialMovesNothingThatAScanLooksAt) {
  Campus campus(OriginalUniversity());
  ASSERT_THAT(campus.OpenToRead(), IsOk());
  engine::RecordCursor cursor = CoreOf(campus, "student").Scan({}).value();
  std::string_view line;
  ASSERT_TRUE(cursor.Next(&line));
  const std::string first(line);
  campus.engine->PermitTrials();
  {
    WriteTransaction trial = campus.Begin();
    std::string key;
    for (int id = 100; id < 400; ++id) {
      ASSERT_THAT(
          CoreOf(campus, "student")
              .WriteJson(trial, engine::WriteMode::kInsert,
                         absl::StrCat("{\"id\":", id, ",\"name\":\"n\",\"email\":\"e", id, "\"}"),
                         &key),
          IsOk());
    }
    EXPECT_EQ(Ids(campus, "student").size(), 7U);
  }
  campus.engine->EndTrials();
  EXPECT_EQ(line, first);
  int rest = 0;
  while (cursor.Next(&line)) ++rest;
  EXPECT_THAT(cursor.status(), IsOk());
  EXPECT_EQ(rest, 6);
}

// [engine-6.1] [engine-6.2]
TEST_F(OriginalDirectoryTest, ReadingSeesTheLogAppliedAndChangesNoByte) {
  Campus campus(OriginalUniversity());
  ASSERT_THAT(campus.OpenToRead(), IsOk());
  EXPECT_TRUE(campus.engine->report().original_format);
  ExpectUniversity(campus);
  ASSERT_THAT(campus.Close(), IsOk());
  EXPECT_EQ(TreeDifference(OriginalUniversity(), campus.Files()), "");
  EXPECT_EQ(campus.Problems(), "");
  EXPECT_EQ(TreeDifference(OriginalUniversity(), campus.Files()), "");
}

// [engine-6.3]
TEST_F(OriginalDirectoryTest, OpeningForWritingMakesItOurs) {
  Campus campus(OriginalUniversity());
  ASSERT_THAT(campus.Open(), IsOk());
  EXPECT_TRUE(campus.engine->report().original_format);
  ExpectUniversity(campus);
  EXPECT_EQ(campus.engine->Stats().database.size(), 32U);
  for (int i = 0; i < 2; ++i) {
    ASSERT_THAT(campus.Close(), IsOk());
    EXPECT_EQ(campus.Problems(), "");
    ASSERT_THAT(campus.Open(), IsOk());
    EXPECT_FALSE(campus.engine->report().original_format);
    ExpectUniversity(campus);
  }
}

TEST_F(OriginalDirectoryTest, TheOriginalsLogsKeepTheirBytes) {
  Campus campus(OriginalUniversity());
  ASSERT_THAT(campus.Open(), IsOk());
  ASSERT_THAT(Insert(campus, "course", R"({"code":"NEW"})"), IsOk());
  ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
  const Tree before = OriginalUniversity();
  const Tree after = campus.Files();
  EXPECT_EQ(after.at("wal/transaction.20260122_203117.log"),
            before.at("wal/transaction.20260122_203117.log"));
  bool kept = false;
  for (const auto& [path, bytes] : after) kept = kept || bytes == before.at(kLog);
  EXPECT_TRUE(kept) << "the log that was current is no archive";
  for (const std::string table : {"student", "course", "enrollment"}) {
    const std::string path = "schema/" + table + ".schema.json";
    EXPECT_EQ(after.at(path), before.at(path));
  }
}

TEST_F(OriginalDirectoryTest, NextStudentGetsNineAndTakenEmailIsRefused) {
  Campus campus(OriginalUniversity());
  ASSERT_THAT(campus.Open(), IsOk());
  EXPECT_THAT(Insert(campus, "student", R"({"name":"Dan Two","email":"dan@university.edu"})"),
              Fails(absl::StatusCode::kAlreadyExists, "student.email", "dan@university.edu",
                    "Dan Unsaved"));
  const auto key = Insert(campus, "student", R"({"name":"Eve","email":"eve@university.edu"})");
  ASSERT_THAT(key, IsOk());
  EXPECT_EQ(*key, "9");
}

// [engine-6.4]
TEST_F(OriginalDirectoryTest, OriginalsRulesReadItBackOnceItIsOurs) {
  Campus campus(OriginalUniversity());
  ASSERT_THAT(campus.Open(), IsOk());
  for (const bool changed : {false, true}) {
    if (changed) {
      ASSERT_THAT(Insert(campus, "student", R"({"name":"Eve"})"), IsOk());
      WriteTransaction transaction = campus.Begin();
      ASSERT_THAT(CoreOf(campus, "course").Erase(transaction, "2"), IsOk());
      ASSERT_THAT(transaction.Commit(), IsOk());
    }
    for (const auto& [path, bytes] : campus.Files()) {
      if (path.ends_with(".records")) ExpectObjects(path, bytes, {"id"});
      if (path == kLog) {
        ExpectObjects(path, bytes, {"timestamp", "operation", "table", "record", "old_record"});
      }
    }
  }
}

TEST_F(OriginalDirectoryTest, NaNIsRefusedWithFileAndLine) {
  Tree tree = OriginalUniversity();
  std::string& records = tree[kRecords];
  records.replace(records.find("3.9"), 3, "NaN");
  const std::size_t byte = records.rfind('\n', records.find("NaN")) + 1;
  for (const bool writing : {false, true}) {
    Campus campus(tree);
    EXPECT_THAT(
        writing ? campus.Open() : campus.OpenToRead(),
        Fails(absl::StatusCode::kDataLoss, absl::StrCat(kRecords, " line 3 byte ", byte), "NaN"));
    Tree after = campus.Files();
    after.erase("LOCK");
    EXPECT_EQ(TreeDifference(tree, after), "");
  }
  Campus campus(tree);
  EXPECT_THAT(campus.Problems(), HasSubstr("data/student.records line 3"));
}

TEST_F(OriginalDirectoryTest, DirectoryWithoutALogOpensToItsRecords) {
  Tree tree = OriginalUniversity();
  tree.erase(kLog);
  tree.erase("wal/transaction.20260122_203117.log");
  for (const bool writing : {false, true}) {
    Campus campus(tree);
    ASSERT_THAT(writing ? campus.Open() : campus.OpenToRead(), IsOk());
    EXPECT_THAT(Ids(campus, "student"), ElementsAre(1, 2, 3, 5, 6, 7));
    EXPECT_THAT(Ids(campus, "course"), ElementsAre(1, 2, 3));
  }
}

// The file has the last state already; a line of the log by itself would clash with it.
TEST_F(OriginalDirectoryTest, LogThatRepeatsAnEarlierClashIsApplied) {
  Tree tree = OriginalUniversity();
  const auto student = [](int id, const std::string& email) {
    return absl::StrCat("{\"name\": \"S\", \"email\": \"", email, "\", \"gpa\": 1.0, \"id\": ", id,
                        "}");
  };
  const auto line = [](const std::string& operation, const std::string& record) {
    return absl::StrCat("{\"timestamp\": \"2026-01-22T20:31:17\", \"operation\": \"", operation,
                        "\", \"table\": \"student\", \"record\": ", record,
                        ", \"old_record\": null}\n");
  };
  tree["data/student.records"] = student(1, "y") + "\n" + student(2, "x") + "\n";
  tree[kLog] = line("INSERT", student(1, "x")) + line("UPDATE", student(1, "y")) +
               line("INSERT", student(2, "x"));
  Campus campus(tree);
  ASSERT_THAT(campus.Open(), IsOk());
  EXPECT_THAT(Ids(campus, "student"), ElementsAre(1, 2));
}

TEST_F(OriginalDirectoryTest, AdoptedDirectoryThatLosesItsLogIsRefused) {
  Campus campus(OriginalUniversity());
  ASSERT_THAT(campus.Open(), IsOk());
  ASSERT_THAT(campus.students().Insert({.name = "Eve"}), IsOk());
  ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
  ASSERT_THAT(campus.Close(), IsOk());
  Tree tree = campus.Files();
  tree.erase(kLog);
  Campus again(tree);
  EXPECT_THAT(again.Open(), Fails(absl::StatusCode::kDataLoss, "the log is lost"));
}

TEST_F(OriginalDirectoryTest, HalfALineAtTheLogsEndDoesNotCount) {
  Tree tree = OriginalUniversity();
  tree[kLog].resize(tree[kLog].size() - 20);
  for (const bool writing : {false, true}) {
    Campus campus(tree);
    ASSERT_THAT(writing ? campus.Open() : campus.OpenToRead(), IsOk());
    EXPECT_THAT(Ids(campus, "enrollment"), ElementsAre(1, 2, 3));
    EXPECT_GT(campus.engine->report().torn_bytes, 0U);
    EXPECT_THAT(campus.Notes(), HasSubstr("wal/transaction.log line 7"));
  }
}

TEST_F(OriginalDirectoryTest, BlankLinesAndOtherSpacingAreRead) {
  Tree tree = OriginalUniversity();
  tree["data/course.records"] = "\n  {\"id\":1 ,\t\"code\":\"CS101\"}\n\n\r\n";
  tree[kLog] = "\n" + tree[kLog] + "  \n";
  Campus campus(tree);
  ASSERT_THAT(campus.Open(), IsOk());
  EXPECT_EQ(Records(campus, "course").at(0)["code"], "CS101");
  EXPECT_THAT(Ids(campus, "student"), ElementsAre(1, 2, 3, 5, 6, 7, 8));
}

}  // namespace
}  // namespace linedb
