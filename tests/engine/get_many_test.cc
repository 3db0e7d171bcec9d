// Guards against lookups that are made together and answer for one another: a row in another's
// place, one that is gone, a version that the reader must not see.

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tests/engine/campus.h"

namespace linedb {
namespace {

using testing::Campus;
using testing::Course;
using testing::Fails;
using testing::IsOk;
using testing::Student;

// More than are fetched together, and no multiple of it.
constexpr std::int64_t kStudents = 100;

class GetManyTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_THAT(campus.Open(Indexed()), IsOk());
    campus.MakeTables();
    std::vector<Student> rows;
    for (std::int64_t id = 1; id <= kStudents; ++id) {
      rows.push_back({.id = id, .name = "N", .email = EmailOf(id)});
    }
    ASSERT_THAT(campus.students().InsertAll(rows), IsOk());
  }

  // However small, tables have index files.
  static Options Indexed() {
    Options options;
    options.maintenance = Maintenance::kManual;
    options.index_bytes_min = 1;
    return options;
  }
  ReadTransaction Snapshot() {
    return ReadTransaction(campus.engine.get(), campus.engine->TakeSnapshot().value());
  }
  static std::string EmailOf(std::int64_t id) { return std::to_string(id) + "@x.edu"; }

  // From the last to the first, one that does not exist behind each, and the first once more.
  static std::vector<std::int64_t> Keys() {
    std::vector<std::int64_t> keys;
    for (std::int64_t id = kStudents; id >= 1; --id) {
      keys.push_back(id);
      keys.push_back(id + kStudents);
    }
    keys.push_back(kStudents);
    return keys;
  }
  // What single lookups find.
  template <class View>
  std::vector<std::optional<Student>> OneByOne(const View& view) {
    std::vector<std::optional<Student>> rows;
    for (const std::int64_t key : Keys()) {
      auto row = campus.students().Get(view, key);
      rows.push_back(row.ok() ? std::optional(*row) : std::nullopt);
    }
    return rows;
  }
  static std::vector<std::string> Emails() {
    std::vector<std::string> emails;
    for (const std::int64_t key : Keys()) emails.push_back(EmailOf(key));
    return emails;
  }

  Campus campus;
};

TEST_F(GetManyTest, RowsStandInThePlacesOfTheirKeys) {
  const std::vector<std::optional<Student>> rows = campus.students().GetMany(Keys()).value();
  ASSERT_EQ(rows.size(), Keys().size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::int64_t key = Keys()[i];
    ASSERT_EQ(rows[i].has_value(), key <= kStudents) << key;
    if (rows[i]) {
      EXPECT_EQ(rows[i]->id, key);
    }
  }
  EXPECT_EQ(campus.students().FindManyBy<&Student::email>(Emails()).value(), rows);
  EXPECT_TRUE(campus.students().GetMany({}).value().empty());
}

TEST_F(GetManyTest, EachViewSeesItsOwnVersions) {
  const ReadTransaction before = Snapshot();
  ASSERT_THAT(campus.students().UpdateOf<&Student::name>(3, "committed"), IsOk());
  ASSERT_THAT(campus.engine->Checkpoint(),
              IsOk());  // this one and those before are in an index file
  ASSERT_THAT(campus.students().Erase(4), IsOk());
  WriteTransaction open = campus.Begin();
  ASSERT_THAT(campus.students().UpdateOf<&Student::name>(open, 5, "written"), IsOk());
  const ReadTransaction after = Snapshot();

  const Table<Student> students = campus.students();
  EXPECT_EQ(students.GetMany(before, Keys()).value(), OneByOne(before));
  EXPECT_EQ(students.GetMany(after, Keys()).value(), OneByOne(after));
  EXPECT_EQ(students.GetMany(open, Keys()).value(), OneByOne(open));
  EXPECT_EQ(students.GetMany(Keys()).value(), OneByOne(after));
  EXPECT_EQ(students.FindManyBy<&Student::email>(before, Emails()).value(), OneByOne(before));
  EXPECT_EQ(students.FindManyBy<&Student::email>(open, Emails()).value(), OneByOne(open));
  EXPECT_NE(OneByOne(before), OneByOne(after));
  EXPECT_NE(OneByOne(open), OneByOne(after));
}

TEST_F(GetManyTest, ErrorsAreThoseOfASingleLookup) {
  const std::vector<std::string> names = {"N"};
  EXPECT_THAT(campus.students().FindManyBy<&Student::name>(names),
              Fails(absl::StatusCode::kInvalidArgument, "no key on name"));
  const std::vector<std::string> broken = {EmailOf(1), "\xff"};
  EXPECT_THAT(campus.students().FindManyBy<&Student::email>(broken),
              Fails(absl::StatusCode::kInvalidArgument, "UTF-8"));
  ReadTransaction early = Snapshot();
  early.End();
  EXPECT_THAT(campus.students().GetMany(early, Keys()),
              Fails(absl::StatusCode::kFailedPrecondition, "has ended"));
}

}  // namespace
}  // namespace linedb
